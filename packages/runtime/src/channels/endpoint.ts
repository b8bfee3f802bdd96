import type { IncomingMessage, Server } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { WebSocket, WebSocketServer } from "ws";
import { Fault } from "../fault/index.ts";
import { faultAnswer, headOf, pathOf } from "../http/index.ts";
import { isCrossSite } from "../sessions/index.ts";

/** Who a client is. Fields of the application's own are given to its functions. */
export interface Identity {
  /** As it is told to others in the same rooms. */
  readonly user: string;
}

export interface EndpointOptions<Who extends Identity> {
  /** Default `/channels`. */
  readonly path?: string;
  /** `null`: nobody, who is answered with 401; a fault with its status. */
  readonly authorize: (request: IncomingMessage) => Promise<Who | null> | Who | null;
  /** Default: everybody may join every room. */
  readonly mayJoin?: (who: Who, room: string) => Promise<boolean> | boolean;
  /**
   * What a client in a room says. What it gives is published there; `undefined`: nothing. Default: clients may not say
   * anything.
   */
  readonly receive?: (who: Who, room: string, data: unknown) => unknown;
  /** Tells when a client has to go, because its session is over: `(who, end) => sessions.guard(who.session, end)`. */
  readonly guard?: (who: Who, end: () => void) => () => void;
  /** Origins of other sites from which browsers may connect. */
  readonly trustedOrigins?: readonly string[];
}

/** Makes WebSockets of the requests for one, of those who may. */
export async function upgrade<Who extends Identity>(
  wss: WebSocketServer,
  request: IncomingMessage,
  socket: Duplex,
  { head, options, closed }: { head: Buffer; options: EndpointOptions<Who>; closed: () => boolean },
): Promise<{ readonly who: Who; readonly ws: WebSocket; readonly raw: Socket } | null> {
  const onError = () => socket.destroy();
  socket.on("error", onError);
  try {
    if (closed()) throw new Fault("TF_RT_CLOSED", "this instance is about to end");
    refuseCrossSite(request, new Set(options.trustedOrigins));
    const who = await options.authorize(request);
    if (who === null) {
      refuse(socket, 401, { "content-length": "0" }, "");
      return null;
    }
    if (closed()) throw new Fault("TF_RT_CLOSED", "this instance is about to end");
    if (socket.destroyed) return null;
    const ws = await new Promise<WebSocket>((resolve) => {
      wss.handleUpgrade(request, socket, head, resolve);
    });
    socket.off("error", onError);
    return { who, ws, raw: socket as Socket };
  } catch (error) {
    const { status, headers, body } = faultAnswer(error);
    refuse(socket, status, headers, body);
    return null;
  }
}

/** Whether a server asks us: others may have WebSockets on it as well. */
export function isFor(request: IncomingMessage, path: string): boolean {
  return pathOf(request.url) === path;
}

/** Nobody else listens, so that a request for another path would wait for ever. */
export function refuseUnknown(server: Server, socket: Duplex): void {
  if (server.listenerCount("upgrade") === 1) refuse(socket, 404, { "content-length": "0" }, "");
}

function refuseCrossSite(request: IncomingMessage, trustedOrigins: ReadonlySet<string>): void {
  const { header } = headOf(request);
  const from = {
    method: "GET",
    upgrade: true,
    secFetchSite: header("sec-fetch-site"),
    origin: header("origin"),
    host: header("host"),
  };
  if (!isCrossSite(from, trustedOrigins)) return;
  throw new Fault("TF_RT_CROSS_SITE", "a WebSocket from another site is refused", {
    hint: "name the origin in trustedOrigins if it may connect",
  });
}

function refuse(socket: Duplex, status: number, headers: Readonly<Record<string, string>>, body: string): void {
  const lines = Object.entries({ ...headers, connection: "close", "content-length": `${Buffer.byteLength(body)}` });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  socket.end(`HTTP/1.1 ${status} Refused\r\n${head}\r\n${body}`);
}
