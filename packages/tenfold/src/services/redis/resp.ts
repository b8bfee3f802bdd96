import { connect, type Socket } from "node:net";
import type { Millis } from "../../units/millis.ts";

/** An answer of Redis (RESP2). An error answer rejects the command instead. */
export type Reply = string | number | null | readonly Reply[];

interface Parsed {
  readonly reply: Reply | Error;
  readonly next: number;
}

/** Reads one reply from an offset; `undefined` when it has not arrived whole. */
export function parseReply(data: Buffer, from: number): Parsed | undefined {
  const end = data.indexOf("\r\n", from, "latin1");
  if (end < 0) return undefined;
  const line = data.toString("utf8", from + 1, end);
  const next = end + 2;
  switch (data.toString("latin1", from, from + 1)) {
    case "+":
      return { reply: line, next };
    case "-":
      return { reply: new Error(line), next };
    case ":":
      return { reply: Number(line), next };
    case "$":
      return parseBulk(data, next, Number(line));
    case "*":
      return parseList(data, next, Number(line));
    default:
      throw new Error(`no reply of Redis starts with ${JSON.stringify(data.toString("latin1", from, from + 1))}`);
  }
}

function parseBulk(data: Buffer, from: number, length: number): Parsed | undefined {
  if (length < 0) return { reply: null, next: from };
  if (data.length < from + length + 2) return undefined;
  return { reply: data.toString("utf8", from, from + length), next: from + length + 2 };
}

function parseList(data: Buffer, from: number, length: number): Parsed | undefined {
  if (length < 0) return { reply: null, next: from };
  const items: Reply[] = [];
  let next = from;
  for (let at = 0; at < length; at += 1) {
    const item = parseReply(data, next);
    if (item === undefined) return undefined;
    items.push(item.reply instanceof Error ? item.reply.message : item.reply);
    next = item.next;
  }
  return { reply: items, next };
}

function encode(words: readonly string[]): string {
  return `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join("")}`;
}

interface Waiting {
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: Error) => void;
}

/**
 * One connection to a Redis or a Sentinel, for the engine's few commands: no reconnection, no queue while away, and a
 * deadline on everything. (docs/decisions: a client library costs a fifth of the engine's memory.)
 */
export class RespConnection {
  readonly #socket: Socket;
  readonly #waiting: Waiting[] = [];
  readonly #within: Millis;
  #data: Buffer = Buffer.alloc(0);
  #failure: Error | undefined;

  constructor(port: number, within: Millis) {
    this.#within = within;
    this.#socket = connect({ host: "127.0.0.1", port });
    this.#socket.setNoDelay(true);
    this.#socket.on("data", (chunk: Buffer) => this.#take(chunk));
    this.#socket.on("error", (error) => this.#fail(error));
    this.#socket.on("close", () => this.#fail(new Error("the connection was closed")));
  }

  get isBroken(): boolean {
    return this.#failure !== undefined;
  }

  /** Rejects with Redis' error, when the connection breaks, or when its time is up; the last two end the connection. */
  send(...words: readonly string[]): Promise<Reply> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      const deadline = setTimeout(() => this.#fail(new Error(`no answer within ${this.#within} ms`)), this.#within);
      const settle =
        <T>(then: (value: T) => void): ((value: T) => void) =>
        (value) => {
          clearTimeout(deadline);
          then(value);
        };
      this.#waiting.push({ resolve: settle(resolve), reject: settle(reject) });
      this.#socket.write(encode(words));
    });
  }

  close(): void {
    this.#fail(new Error("the connection was closed"));
  }

  #take(chunk: Buffer): void {
    this.#data = this.#data.length === 0 ? chunk : Buffer.concat([this.#data, chunk]);
    let at = 0;
    for (let parsed = parseReply(this.#data, at); parsed !== undefined; parsed = parseReply(this.#data, at)) {
      at = parsed.next;
      const waiting = this.#waiting.shift();
      if (parsed.reply instanceof Error) waiting?.reject(parsed.reply);
      else waiting?.resolve(parsed.reply);
      if (at >= this.#data.length) break;
    }
    this.#data = this.#data.subarray(at);
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#socket.destroy();
    for (const waiting of this.#waiting.splice(0)) waiting.reject(this.#failure);
  }
}
