import type { IncomingMessage } from "node:http";

/** What parts need to know of a request, whatever the framework. */
export interface RequestHead {
  readonly method: string;
  /** Whether it asks for a WebSocket. */
  readonly upgrade: boolean;
  /** The address of who connected to us. */
  readonly remoteAddress: string | undefined;
  /** The value of a header by its name in lower case. */
  header(name: string): string | undefined;
}

/** Of node:http, and of Express, whose requests are those of node:http. */
export function headOf(request: IncomingMessage): RequestHead {
  const header = (name: string): string | undefined => {
    const value = request.headers[name] ?? (name === "host" ? request.headers[":authority"] : undefined);
    return typeof value === "string" ? value : value?.join(", ");
  };
  return {
    method: request.method ?? "GET",
    upgrade: isUpgrade(header("upgrade")),
    remoteAddress: request.socket.remoteAddress,
    header,
  };
}

export function isUpgrade(header: string | undefined): boolean {
  return header?.toLowerCase() === "websocket";
}
