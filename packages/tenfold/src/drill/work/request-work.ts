import { constant } from "../../load/arrivals/profile.ts";
import { seededRandom } from "../../load/arrivals/random.ts";
import { arrivalTimes } from "../../load/arrivals/times.ts";
import { openSender } from "../../load/http/sender.ts";
import { isFailure, latencyOf } from "../../load/record.ts";
import { runOpenLoop } from "../../load/run/open-loop.ts";
import type { RequestRecord } from "../report/evidence.ts";
import { now } from "./clock.ts";
import type { Steady } from "./work.ts";

const LONGEST_RUN_S = 24 * 3600;
const TIMEOUT_MS = 30_000;

export interface RequestOptions {
  readonly url: string;
  /** Requests a second: half on kept connections, half on fresh ones. */
  readonly rate: number;
}

/** Any answer that does not blame the server is one; what is asked for is the visitor's business. */
function isAnswer(status: number): boolean {
  return status < 500;
}

/** Visitors who come at a constant rate through the balancer, and only read. */
export class RequestWork implements Steady {
  readonly records: RequestRecord[] = [];
  readonly #stop = new AbortController();
  readonly #closers: (() => void)[] = [];
  readonly #ended: Promise<unknown>;
  lastAt = 0;
  #done = 0;

  constructor({ url, rate }: RequestOptions) {
    this.#ended = Promise.all((["keep-alive", "fresh"] as const).map((kind) => this.#visit(url, rate / 2, kind)));
    this.#ended.catch(() => {});
  }

  get done(): number {
    return this.#done;
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#ended;
  }

  close(): void {
    for (const close of this.#closers) close();
  }

  async #visit(url: string, rate: number, connections: "keep-alive" | "fresh"): Promise<void> {
    const sender = await openSender(url, {
      connections,
      retriesClosed: true,
      timeoutMs: TIMEOUT_MS,
      // Certificates of development are signed by nobody.
      isStrict: false,
      expects: isAnswer,
    });
    this.#closers.push(() => sender[Symbol.dispose]());
    const zero = now();
    await runOpenLoop({
      arrivals: arrivalTimes(constant(rate, LONGEST_RUN_S), "even", seededRandom(1)),
      send: sender.send,
      signal: this.#stop.signal,
      onRecord: (record) => {
        if (record.outcome === "cancelled") return;
        const failed = isFailure(record);
        if (!failed) {
          this.#done += 1;
          this.lastAt = zero + record.endedAt;
        }
        this.records.push({
          startedAt: zero + record.sentAt,
          endedAt: zero + record.endedAt,
          intendedAt: zero + record.intendedAt,
          latency: latencyOf(record),
          ending: failed ? "failed" : "ok",
          status: record.status,
          retried: record.attempts > 1,
          ...(record.error === null ? {} : { error: record.error }),
        });
      },
    });
  }
}
