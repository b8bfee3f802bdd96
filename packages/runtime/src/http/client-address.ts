import type { RequestHead } from "./request-head.ts";

/**
 * The address of a visitor: the one that connected, or, behind so many proxies of ours, the one that the outermost of them
 * saw. What a visitor writes into `X-Forwarded-For` stands before that and is not believed.
 */
export function clientAddress(head: Pick<RequestHead, "remoteAddress" | "header">, trustedProxies: number): string {
  const remote = head.remoteAddress ?? "unknown";
  if (trustedProxies === 0) return normal(remote);
  const chain = (head.header("x-forwarded-for") ?? "").split(",").flatMap((item) => item.trim() || []);
  return normal(chain.at(-trustedProxies) ?? chain[0] ?? remote);
}

/** Without the forms in which the same address may be written, or a port. */
function normal(address: string): string {
  const bare = /^\[(.*)\](?::\d+)?$/.exec(address)?.[1] ?? /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(address)?.[1] ?? address;
  return bare.toLowerCase().replace(/^::ffff:(?=\d+\.)/, "");
}

/**
 * By what a visitor is limited: an IPv4 address, or the first 64 bits of an IPv6 one, since a visitor has all the others.
 */
export function addressGroup(address: string): string {
  if (!address.includes(":")) return address;
  const [head = "", tail] = (address.split("%")[0] ?? "").split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  const groups = [...left, ...Array.from({ length: zeros }, () => "0"), ...right];
  return `${groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ""))
    .join(":")}::/64`;
}
