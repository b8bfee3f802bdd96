import { lookup } from "node:dns/promises";
import { isIP } from "node:net";

/** Where requests go: resolved once, so that every one goes to the same machine. */
export interface HttpTarget {
  readonly host: string;
  /** The host's address. */
  readonly address: string;
  readonly port: number;
  readonly isTls: boolean;
  /** The value of the `Host` header. */
  readonly authority: string;
}

/** Finds the address of a URL's host; of several, one of IPv4, on which local servers listen more often. Rejects with the resolver's error (ENOTFOUND). */
export async function resolveTarget(url: URL): Promise<HttpTarget> {
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  const address = isIP(host) > 0 ? host : (await lookup(host, { order: "ipv4first" })).address;
  const isTls = url.protocol === "https:" || url.protocol === "wss:";
  return { host, address, port: url.port === "" ? (isTls ? 443 : 80) : Number(url.port), isTls, authority: url.host };
}
