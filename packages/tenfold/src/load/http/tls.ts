import { isIP } from "node:net";
import type { ConnectionOptions } from "node:tls";
import type { HttpTarget } from "./target.ts";

/** How TLS is spoken with a target: with its name, where it has one, at the address that was found for it. */
export function tlsOptions({ host, address, port }: HttpTarget, isStrict: boolean): ConnectionOptions {
  const name = isIP(host) === 0 ? { servername: host } : {};
  return { host: address, port, rejectUnauthorized: isStrict, ALPNProtocols: ["http/1.1"], ...name };
}
