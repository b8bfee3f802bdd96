import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { ProtocolError, ResponseParser } from "./response-parser.ts";
import type { HttpTarget } from "./target.ts";
import { tlsOptions } from "./tls.ts";

/** All connections of a thread read into it, one after the other; whatever lasts longer than its reading is copied. */
const BUFFER: Buffer = Buffer.allocUnsafeSlow(64 * 1024);

/** How an exchange on a connection ended. */
export type Exchange =
  | { readonly kind: "answer"; readonly status: number; readonly bytes: number }
  /** `bytes`: how many of an answer came. */
  | { readonly kind: "connect" | "reset" | "timeout" | "protocol"; readonly error: string; readonly bytes: number };

export interface ExchangeOptions {
  readonly isHead: boolean;
  readonly keepsBody: boolean;
  /** What is left of the time for the whole request. */
  readonly timeoutMs: number;
  /** What is said when that is over, after `no whole answer` or `no connection`. */
  readonly timeoutText: string;
}

export interface ConnectionOptions {
  readonly target: HttpTarget;
  /** Certificates of `https` are checked. */
  readonly isStrict: boolean;
  readonly onClose: (connection: Connection) => void;
}

function codeOf(error: Error): string {
  return "code" in error && typeof error.code === "string" ? error.code : error.message;
}

/**
 * A connection that carries one request at a time: connecting, then idle and busy in turn, until it is closed by either
 * side. Only the head and end of each answer are looked at, which is what makes it cheap.
 */
export class Connection {
  readonly parser: ResponseParser = new ResponseParser();
  readonly #options: ConnectionOptions;
  readonly #socket: Socket;
  #isConnected = false;
  #isClosed = false;
  #requests = 0;
  #heard = 0;
  #settle: ((exchange: Exchange) => void) | null = null;
  #timer: NodeJS.Timeout | undefined;
  /** When it became idle: by the caller's clock. */
  idleSince = 0;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    const { address, port, isTls } = options.target;
    const onConnect = (): void => {
      this.#isConnected = true;
    };
    if (isTls) {
      this.#socket = connectTls(tlsOptions(options.target, options.isStrict), onConnect);
      this.#socket.on("data", (chunk: Buffer) => this.#onData(chunk));
    } else {
      // Past the machinery of streams, which would allocate for each piece.
      const onread = {
        buffer: BUFFER,
        callback: (size: number, buffer: Uint8Array): boolean => {
          this.#onData((buffer as Buffer).subarray(0, size));
          return true;
        },
      };
      this.#socket = connectTcp({ host: address, port, noDelay: true, onread }, onConnect);
    }
    this.#socket.on("error", (error) => this.#fail(this.#isConnected ? "reset" : "connect", codeOf(error)));
    this.#socket.on("end", () => this.#onEnd());
    this.#socket.on("close", () => this.#fail("reset", "closed"));
  }

  /** Whether an earlier request was answered on it. */
  get isReused(): boolean {
    return this.#requests > 1;
  }

  get isUsable(): boolean {
    return !this.#isClosed;
  }

  /** Sends a request, connecting first where that is still under way, and gives how it ended. */
  exchange(request: string | Buffer, options: ExchangeOptions): Promise<Exchange> {
    this.#requests += 1;
    this.#heard = 0;
    if (this.#isClosed) return Promise.resolve({ kind: "reset", error: `closed ${this.#when(false)}`, bytes: 0 });
    this.parser.begin(options);
    return new Promise((resolve) => {
      this.#settle = resolve;
      this.#timer = setTimeout(() => this.#onTimeout(options.timeoutText), options.timeoutMs);
      this.#socket.write(request);
    });
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#socket.destroy();
    this.#options.onClose(this);
  }

  #onData(chunk: Buffer): void {
    if (this.#settle === null) {
      // An answer to nothing (a 408 before it closes): the connection is of no use any more.
      this.close();
      return;
    }
    this.#heard += chunk.length;
    try {
      if (this.parser.push(chunk)) this.#finish();
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#fail("protocol", error.message);
    }
  }

  #onEnd(): void {
    if (this.#settle !== null && this.parser.end()) this.#finish();
    else this.#fail(this.#isConnected ? "reset" : "connect", "closed");
  }

  #finish(): void {
    if (!this.parser.isReusable) this.close();
    this.#give({ kind: "answer", status: this.parser.status, bytes: this.#heard });
  }

  #onTimeout(text: string): void {
    this.#fail("timeout", `${this.#isConnected ? "no whole answer" : "no connection"} ${text}`);
  }

  #fail(kind: "connect" | "reset" | "timeout" | "protocol", what: string): void {
    const bytes = this.#heard;
    this.close();
    const where = kind === "reset" ? `${what} ${this.#when(bytes > 0)}` : what;
    this.#give({ kind, error: kind === "connect" ? `no connection: ${what}` : where, bytes });
  }

  #when(heard: boolean): string {
    if (heard) return "in the middle of an answer";
    return this.isReused ? "on a kept connection, before an answer" : "on a fresh connection, before an answer";
  }

  #give(exchange: Exchange): void {
    clearTimeout(this.#timer);
    const settle = this.#settle;
    this.#settle = null;
    settle?.(exchange);
  }
}
