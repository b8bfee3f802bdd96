import type { Answer } from "../record.ts";
import type { Connection, Exchange } from "./connection.ts";
import { Pool } from "./pool.ts";
import { encodeRequest, type HttpRequest, isIdempotent } from "./request.ts";
import { type HttpTarget, resolveTarget } from "./target.ts";

export interface HttpSenderOptions {
  /** `keep-alive` (default): connections are used again, as browsers and proxies do. `fresh`: a new one for each request. */
  readonly connections?: "keep-alive" | "fresh";
  /** The most connections at a time, 2,000 by default. Who comes when all are busy waits, and that counts as latency. */
  readonly mostConnections?: number;
  /** 10,000 by default: connecting and waiting for a connection included. */
  readonly timeoutMs?: number;
  /**
   * Send an idempotent request again, once, on a fresh connection, when a kept one turns out to be closed before
   * anything of the answer came, as browsers do. Off by default: what is sent again is not counted as failed.
   */
  readonly retriesClosed?: boolean;
  /** Check certificates of `https`, as is the default. */
  readonly isStrict?: boolean;
  /** Idle connections are closed after this, 4,000 by default. */
  readonly idleMs?: number;
}

/** What of an answer is wanted beside its outcome. */
export interface SendOptions {
  /** Whether a status is as expected: by default those from 200 to 399. */
  readonly expects?: (status: number) => boolean;
  /** Whether the body is kept for `inspect`. */
  readonly keepsBody?: boolean;
  /** Called with head and body of a whole answer; a sentence says what is wrong with it and makes it a `check`. */
  readonly inspect?:
    | ((answer: { readonly status: number; readonly head: string; readonly body: Buffer }) => string | null)
    | undefined;
}

function isGood(status: number): boolean {
  return status >= 200 && status < 400;
}

const CANCELLED: Answer = { outcome: "cancelled", status: null, error: "cancelled", attempts: 1, bytes: 0 };

/** Who has less than this share of the time left is not sent any more: it would be the server that gets the blame. */
const LEAST_LEFT = 0.02;

/** The same for all to whom the same happened, so that they can be counted. */
function timeoutText(timeoutMs: number, waitedMs: number): string {
  const within = `within ${timeoutMs} ms`;
  return waitedMs > timeoutMs / 2 ? `${within}, most of which passed before a connection was free` : within;
}

/** Sends requests to one target. `close` it in the end. */
export class HttpSender implements Disposable {
  readonly target: HttpTarget;
  readonly #pool: Pool;
  readonly options: Required<HttpSenderOptions>;
  #isClosed = false;

  constructor(target: HttpTarget, options: HttpSenderOptions = {}) {
    this.target = target;
    this.options = {
      connections: options.connections ?? "keep-alive",
      mostConnections: options.mostConnections ?? 2_000,
      timeoutMs: options.timeoutMs ?? 10_000,
      retriesClosed: options.retriesClosed ?? false,
      isStrict: options.isStrict ?? true,
      idleMs: options.idleMs ?? 4_000,
    };
    this.#pool = new Pool({
      connection: { target, isStrict: this.options.isStrict },
      most: this.options.mostConnections,
      isKept: this.isKept,
      idleMs: this.options.idleMs,
    });
  }

  get isKept(): boolean {
    return this.options.connections === "keep-alive";
  }

  /** Connections opened so far, and requests that had to wait for one. */
  get counts(): { readonly opened: number; readonly waited: number } {
    return { opened: this.#pool.opened, waited: this.#pool.waited };
  }

  encode(request: HttpRequest): EncodedRequest {
    return {
      text: encodeRequest(request, this.target.authority, this.isKept),
      isHead: request.method === "HEAD",
      isIdempotent: isIdempotent(request),
    };
  }

  /** Sends a request and tells what came of it; never rejects for what the server does. */
  async send(request: EncodedRequest, options: SendOptions = {}): Promise<Answer> {
    const { timeoutMs, retriesClosed } = this.options;
    const deadline = performance.now() + timeoutMs;
    let waitedMs = 0;
    let attempts = 1;
    for (;;) {
      const acquired = this.#pool.acquire(attempts > 1, deadline - performance.now());
      const began = performance.now();
      const connection = acquired instanceof Promise ? await acquired : acquired;
      if (acquired instanceof Promise) waitedMs += performance.now() - began;
      if (this.#isClosed) return CANCELLED;
      const left = deadline - performance.now();
      if (connection === null || left < timeoutMs * LEAST_LEFT) {
        if (connection !== null) this.#pool.release(connection);
        return {
          outcome: "timeout",
          status: null,
          error: `no connection was free within ${timeoutMs} ms`,
          attempts,
          bytes: 0,
        };
      }
      const exchange = await connection.exchange(request.text, {
        isHead: request.isHead,
        keepsBody: options.keepsBody === true,
        timeoutMs: Math.ceil(left),
        timeoutText: timeoutText(timeoutMs, waitedMs),
      });
      if (exchange.kind === "answer") return this.#answered(connection, exchange, options, attempts);
      if (this.#isClosed) return CANCELLED;
      const isStale = exchange.kind === "reset" && connection.isReused && exchange.bytes === 0;
      if (!isStale || !retriesClosed || !request.isIdempotent || attempts > 1)
        return { outcome: exchange.kind, status: null, error: exchange.error, attempts, bytes: exchange.bytes };
      attempts += 1;
    }
  }

  /** Closes all connections; what is under way ends as `cancelled`. */
  close(): void {
    this.#isClosed = true;
    this.#pool.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #answered(
    connection: Connection,
    { status, bytes }: Extract<Exchange, { kind: "answer" }>,
    { expects = isGood, inspect }: SendOptions,
    attempts: number,
  ): Answer {
    const { parser } = connection;
    // The parser belongs to whoever uses the connection next.
    const wrong = inspect?.({ status, head: parser.head, body: parser.body }) ?? null;
    this.#pool.release(connection);
    if (!expects(status)) return { outcome: "status", status, error: `status ${status}`, attempts, bytes };
    if (wrong !== null) return { outcome: "check", status, error: wrong, attempts, bytes };
    return { outcome: "ok", status, error: null, attempts, bytes };
  }
}

/** A request, made ready once. */
export interface EncodedRequest {
  readonly text: string;
  readonly isHead: boolean;
  readonly isIdempotent: boolean;
}

/** A sender of one and the same request, for the simplest of runs. */
export async function openSender(
  url: string,
  options: HttpSenderOptions & { readonly request?: Partial<HttpRequest> } & SendOptions = {},
): Promise<{ readonly sender: HttpSender; readonly send: () => Promise<Answer> } & Disposable> {
  const parsed = new URL(url);
  const sender = new HttpSender(await resolveTarget(parsed), options);
  const request = sender.encode({
    method: "GET",
    path: `${parsed.pathname}${parsed.search}`,
    headers: {},
    body: null,
    ...options.request,
  });
  return {
    sender,
    send: () => sender.send(request, options),
    [Symbol.dispose]: () => sender.close(),
  };
}
