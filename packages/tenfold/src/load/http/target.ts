import { lookup } from "node:dns/promises";
import { connect, isIP } from "node:net";

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

/** Both are this machine by definition (RFC 6761, 6.3), whatever is written about them in its files. */
const LOOPBACK: readonly string[] = ["127.0.0.1", "::1"];

function isLoopbackName(host: string): boolean {
  return /^(?:.+\.)?localhost\.?$/i.test(host);
}

async function addressesOf(host: string): Promise<string[]> {
  return (await lookup(host, { order: "ipv4first", all: true })).map(({ address }) => address);
}

/**
 * The addresses of a URL's host, those of IPv4 first, on which local servers listen more often. Rejects with the
 * resolver's error (ENOTFOUND).
 */
export async function resolveTargets(url: URL): Promise<readonly [HttpTarget, ...HttpTarget[]]> {
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  const found = isIP(host) > 0 ? [host] : isLoopbackName(host) ? LOOPBACK : await addressesOf(host);
  const isTls = url.protocol === "https:" || url.protocol === "wss:";
  const port = url.port === "" ? (isTls ? 443 : 80) : Number(url.port);
  const [first, ...others] = found.map((address) => ({ host, address, port, isTls, authority: url.host }));
  if (first === undefined) throw Object.assign(new Error(`${host} has no address`), { code: "ENOTFOUND" });
  return [first, ...others];
}

/** The first address of a URL's host. Rejects with the resolver's error (ENOTFOUND). */
export async function resolveTarget(url: URL): Promise<HttpTarget> {
  return (await resolveTargets(url))[0];
}

const CONNECT_TIME = 2_000;

function accepts({ address, port }: HttpTarget): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port, timeout: CONNECT_TIME });
    const end = (isOpen: boolean) => (): void => {
      socket.destroy();
      resolve(isOpen);
    };
    socket.once("connect", end(true)).once("error", end(false)).once("timeout", end(false));
  });
}

/** The first of several addresses that takes connections, as browsers choose it; the first of all where none does. */
export async function reachableTarget(targets: readonly [HttpTarget, ...HttpTarget[]]): Promise<HttpTarget> {
  if (targets.length > 1) for (const target of targets) if (await accepts(target)) return target;
  return targets[0];
}
