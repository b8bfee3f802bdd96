import type { MemberName } from "../../fleet/member.ts";

/** How many WebSockets each instance has open. One that has none may be absent. */
export type WebSocketCounts = ReadonlyMap<MemberName, number>;

/** Reads `show table` of the table that `render/haproxy/web-sockets.ts` describes. Of anything else it reads nothing. */
export function parseWebSockets(text: string): WebSocketCounts {
  const rows = text.matchAll(/^0x[0-9a-f]+: key=(\S+) .*\bconn_cur=(\d+)/gm);
  return new Map([...rows].map(([, name, count]) => [name as MemberName, Number(count)]));
}
