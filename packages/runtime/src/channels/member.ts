import type { Socket } from "node:net";
import type { WebSocket } from "ws";
import { textFrame } from "./frame.ts";
import type { FromServer } from "./message.ts";

/** `ws` in the state in which it may send. */
const OPEN = 1;

/** The connection of a client. What it is sent is bounded: one that does not read is cut, and may come back. */
export class Member {
  readonly user: string;
  readonly ws: WebSocket;
  readonly rooms: Set<string> = new Set();
  /** By `performance.now()`: when it said something last. */
  heardAt: number = performance.now();
  readonly #raw: Socket;
  readonly #most: number;
  readonly #onSlow: () => void;

  constructor(user: string, ws: WebSocket, raw: Socket, limit: { readonly most: number; readonly onSlow: () => void }) {
    this.user = user;
    this.ws = ws;
    this.#raw = raw;
    this.#most = limit.most;
    this.#onSlow = limit.onSlow;
  }

  /** A whole frame, past `ws`, which would make one for each client; without compression nothing of its own is between. */
  sendFrame(frame: Buffer): void {
    if (this.ws.readyState !== OPEN) return;
    if (this.#raw.writableLength + frame.length > this.#most) {
      this.#onSlow();
      this.ws.terminate();
      return;
    }
    this.#raw.write(frame);
  }

  tell(what: FromServer): void {
    this.sendFrame(textFrame(JSON.stringify(what)));
  }
}
