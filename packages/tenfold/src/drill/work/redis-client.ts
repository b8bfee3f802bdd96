import { systemCode } from "../../fault/system.ts";
import { type Reply, RespConnection } from "../../services/redis/resp.ts";
import { millis } from "../../units/millis.ts";
import type { Attempt } from "../check/ending.ts";
import { now, pause } from "./clock.ts";

const WITHIN = millis(3_000);
const AGAIN_AFTER_MS = 20;

export interface RedisAttempt extends Attempt {
  readonly value: Reply;
}

/** Redis said no, so that nothing happened; anything else may have happened. */
function isRefusal(error: Error): boolean {
  return /^[A-Z]{3,} /.test(error.message) || systemCode(error) === "ECONNREFUSED";
}

/** A client of Redis that keeps a connection and makes another when it broke; it sends nothing twice. */
export class RedisClient {
  readonly #port: number;
  readonly #login: readonly string[];
  #connection: RespConnection | null = null;

  /** A URL of this machine, as a fleet has it: `redis://user:password@127.0.0.1:6379/0`. */
  constructor(url: string) {
    const { port, username, password } = new URL(url);
    this.#port = Number(port === "" ? 6379 : port);
    const words = [decodeURIComponent(username), decodeURIComponent(password)].filter((word) => word !== "");
    this.#login = words.length === 0 ? [] : ["AUTH", ...words];
  }

  async attempt(...words: readonly string[]): Promise<RedisAttempt> {
    const startedAt = now();
    let sent = false;
    try {
      const connection = await this.#open();
      sent = true;
      const value = await connection.send(...words);
      return { startedAt, endedAt: now(), ending: "ok", value };
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      const ending = sent && !isRefusal(error) ? "unknown" : "failed";
      const endedAt = now();
      // Behind the front there may be another server by now.
      this.close();
      await pause(AGAIN_AFTER_MS);
      return { startedAt, endedAt, ending, value: null, error: error.message };
    }
  }

  close(): void {
    this.#connection?.close();
    this.#connection = null;
  }

  async #open(): Promise<RespConnection> {
    if (this.#connection?.isBroken === false) return this.#connection;
    const connection = new RespConnection(this.#port, WITHIN);
    this.#connection = connection;
    // The first answer proves that somebody is there at all.
    await connection.send(...(this.#login.length === 0 ? ["PING"] : this.#login));
    return connection;
  }
}

/** Asks until there is an answer. Rejects with the last error when the time is up. */
export async function insistOnRedis(client: RedisClient, words: readonly string[], withinMs = 30_000): Promise<Reply> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const { ending, value, error } = await client.attempt(...words);
    if (ending === "ok") return value;
    if (Date.now() > deadline) throw new Error(error);
    await pause(100);
  }
}
