import { createHash, randomBytes } from "node:crypto";
import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { systemCode } from "../../fault/system.ts";
import { ProtocolError, ResponseParser } from "../http/response-parser.ts";
import type { HttpTarget } from "../http/target.ts";
import { tlsOptions } from "../http/tls.ts";
import type { Answer, Outcome } from "../record.ts";
import { CLOSE, encodeFrame, FrameReader, LARGEST, PING, PONG, TEXT } from "./frames.ts";

/** RFC 6455, 1.3. */
const MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const END_OF_HEAD = Buffer.from("\r\n\r\n");
const LARGEST_HEAD = 64 * 1024;
const NORMAL = 1_000;
const CLOSE_TIME = 1_000;

export interface OpenOptions {
  readonly target: HttpTarget;
  readonly isStrict: boolean;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** Called with each whole message, of text or binary. */
  readonly onMessage: (payload: Buffer) => void;
  /** It ended, and this side had not asked for it. */
  readonly onLost: (why: string) => void;
}

function handshake({ target, path, headers }: OpenOptions, key: string): string {
  const lines = [
    `GET ${path} HTTP/1.1`,
    `Host: ${target.authority}`,
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    `Sec-WebSocket-Key: ${key}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ];
  return `${lines.join("\r\n")}\r\n\r\n`;
}

/** A client's end of a WebSocket: opening, then open, then closed by either side. */
export class WebSocketClient {
  readonly #options: OpenOptions;
  readonly #socket: Socket;
  readonly #key: string = randomBytes(16).toString("base64");
  readonly #reader = new FrameReader();
  readonly #onClosed: (() => void)[] = [];
  #head: Buffer = Buffer.alloc(0);
  #parts: Buffer[] = [];
  #size = 0;
  #settle: ((answer: Answer) => void) | null = null;
  #isConnected = false;
  #isOpen = false;
  #isLeaving = false;
  #code: number | null = null;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: OpenOptions) {
    this.#options = options;
    const { address, port, isTls } = options.target;
    const onConnect = (): void => {
      this.#isConnected = true;
      this.#socket.write(handshake(options, this.#key));
    };
    this.#socket = isTls
      ? connectTls(tlsOptions(options.target, options.isStrict), onConnect)
      : connectTcp({ host: address, port, noDelay: true }, onConnect);
    this.#socket.on("data", (chunk: Buffer) => this.#onData(chunk));
    this.#socket.on("error", (error) => this.#end(systemCode(error) ?? error.message));
    this.#socket.on("close", () => this.#end("closed"));
  }

  /** Waits for the handshake. */
  open(): Promise<Answer> {
    return new Promise((resolve) => {
      this.#settle = resolve;
      const { timeoutMs } = this.#options;
      this.#timer = setTimeout(() => this.#fail("timeout", `not open within ${timeoutMs} ms`), timeoutMs);
    });
  }

  send(text: string): void {
    this.#write(TEXT, Buffer.from(text));
  }

  /** Says goodbye and waits for the other side, a second at most. */
  async close(): Promise<void> {
    this.#isLeaving = true;
    if (this.#socket.destroyed) return;
    const closed = new Promise<void>((resolve) => this.#onClosed.push(resolve));
    const code = Buffer.alloc(2);
    code.writeUInt16BE(NORMAL);
    this.#write(CLOSE, code);
    const timer = setTimeout(() => this.#socket.destroy(), CLOSE_TIME);
    await closed;
    clearTimeout(timer);
  }

  #write(opcode: number, payload: Buffer): void {
    if (!this.#socket.destroyed) this.#socket.write(encodeFrame(opcode, payload, randomBytes(4)));
  }

  #onData(chunk: Buffer): void {
    try {
      if (this.#isOpen) this.#onFrames(chunk);
      else this.#onHandshake(chunk);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#fail("protocol", error.message);
    }
  }

  #onHandshake(chunk: Buffer): void {
    this.#head = Buffer.concat([this.#head, chunk]);
    const end = this.#head.indexOf(END_OF_HEAD);
    if (end === -1) {
      if (this.#head.length > LARGEST_HEAD) throw new ProtocolError(`a head is longer than ${LARGEST_HEAD} bytes`);
      return;
    }
    const parser = new ResponseParser();
    parser.begin({ isHead: true, keepsBody: false });
    parser.push(this.#head.subarray(0, end + 4));
    const bytes = end + 4;
    if (parser.status !== 101) {
      this.#give({ outcome: "status", status: parser.status, error: `status ${parser.status}`, attempts: 1, bytes });
      this.#socket.destroy();
      return;
    }
    const expected = createHash("sha1").update(`${this.#key}${MAGIC}`).digest("base64");
    if (!parser.head.includes(expected)) throw new ProtocolError("the handshake was not accepted as one");
    this.#isOpen = true;
    this.#give({ outcome: "ok", status: 101, error: null, attempts: 1, bytes });
    if (this.#head.length > bytes) this.#onFrames(this.#head.subarray(bytes));
  }

  #onFrames(chunk: Buffer): void {
    for (const { opcode, isFinal, payload } of this.#reader.push(chunk)) {
      if (opcode === PING) this.#write(PONG, payload);
      else if (opcode === CLOSE) {
        this.#code = payload.length >= 2 ? payload.readUInt16BE(0) : null;
        if (!this.#isLeaving) this.#write(CLOSE, payload.subarray(0, 2));
        this.#socket.end();
      } else if (opcode !== PONG) this.#onPart(payload, isFinal);
    }
  }

  #onPart(payload: Buffer, isFinal: boolean): void {
    this.#parts.push(payload);
    this.#size += payload.length;
    if (this.#size > LARGEST) throw new ProtocolError(`a message is longer than ${LARGEST} bytes`);
    if (!isFinal) return;
    const message = this.#parts.length === 1 ? payload : Buffer.concat(this.#parts);
    this.#parts = [];
    this.#size = 0;
    this.#options.onMessage(message);
  }

  /** The connection is gone. */
  #end(what: string): void {
    if (this.#settle !== null) {
      this.#fail(
        this.#isConnected ? "reset" : "connect",
        this.#isConnected ? `${what} before it was open` : `no connection: ${what}`,
      );
      return;
    }
    const wasOpen = this.#isOpen;
    this.#isOpen = false;
    for (const resolve of this.#onClosed.splice(0)) resolve();
    if (wasOpen && !this.#isLeaving)
      this.#options.onLost(this.#code === null ? `${what} by the server` : `closed by the server with ${this.#code}`);
  }

  #fail(outcome: Outcome, error: string): void {
    this.#give({ outcome, status: null, error, attempts: 1, bytes: 0 });
    this.#socket.destroy();
  }

  #give(answer: Answer): void {
    clearTimeout(this.#timer);
    const settle = this.#settle;
    this.#settle = null;
    settle?.(answer);
  }
}
