import { Fault } from "../../fault/fault.ts";
import { AppendWork } from "../work/append-work.ts";
import { BankWork } from "../work/bank-work.ts";
import { now, pause } from "../work/clock.ts";
import { CounterWork } from "../work/counter-work.ts";
import { InsertWork } from "../work/insert-work.ts";
import { JobWork } from "../work/job-work.ts";
import { RequestWork } from "../work/request-work.ts";
import { SessionWork } from "../work/session-work.ts";
import type { Steady, Work } from "../work/work.ts";

const FIRST_WITHIN_MS = 20_000;
const ENOUGH = 3;
const SILENT_AFTER_MS = 250;

/** Where the load of a drill goes. `null`: the fleet has no such service, or none that a drill may use. */
export interface LoadPlan {
  readonly url: string;
  /** Requests a second. */
  readonly rate: number;
  readonly postgres: { readonly url: string; readonly readUrls: readonly string[] } | null;
  readonly redis: { readonly url: string; readonly prefix: string } | null;
  readonly seed: number;
}

export interface PostgresLoads {
  readonly inserts: InsertWork;
  readonly bank: BankWork;
  readonly appends: AppendWork;
  /** `null` without replicas. */
  readonly sessions: SessionWork | null;
}

export interface RedisLoads {
  readonly counters: CounterWork;
  readonly jobs: JobWork;
}

interface Part {
  readonly name: string;
  readonly work: Pick<Work<unknown>, "done" | "stop" | "close">;
}

/** All that puts load on a fleet while a drill runs, and checks what became of it. */
export class Loads {
  readonly requests: RequestWork;
  readonly postgres: PostgresLoads | null;
  readonly redis: RedisLoads | null;
  #stoppedAt: number | undefined;

  constructor({ url, rate, postgres, redis, seed }: LoadPlan) {
    this.requests = new RequestWork({ url, rate });
    this.postgres = postgres && {
      inserts: new InsertWork(postgres.url),
      bank: new BankWork(postgres.url, seed),
      appends: new AppendWork(postgres.url, seed + 1),
      sessions: postgres.readUrls.length === 0 ? null : new SessionWork(postgres.url, postgres.readUrls),
    };
    this.redis = redis && {
      counters: new CounterWork(redis.url, redis.prefix),
      jobs: new JobWork(redis.url, redis.prefix),
    };
  }

  /** When it was told to stop, in milliseconds since 1970. */
  get stoppedAt(): number {
    return this.#stoppedAt ?? now();
  }

  /** Resolves when all of it has been answered a few times. Fault: TF_UNHEALTHY naming who is not. */
  async whenRunning(signal: AbortSignal): Promise<void> {
    const parts = this.#parts();
    const deadline = Date.now() + FIRST_WITHIN_MS;
    for (;;) {
      const idle = parts.find(({ work }) => work.done < ENOUGH);
      if (idle === undefined || signal.aborted) return;
      if (Date.now() > deadline) {
        const last = this.requests.records.at(-1)?.error;
        const why = idle.name === "requests" && last !== undefined ? `: ${last}` : "";
        throw new Fault("TF_UNHEALTHY", `the drill's ${idle.name} were not answered within 20 s${why}`, {
          hint: "tenfold health shows what is wrong; --path names another page to ask for",
        });
      }
      await pause(20, signal);
    }
  }

  /** Who has not been answered for a while (250 ms), in words; `null`: all are. */
  unanswered(): string | null {
    const { requests, postgres, redis } = this;
    const silent = ({ lastAt }: Steady): boolean => now() - lastAt > SILENT_AFTER_MS;
    if (silent(requests)) return "requests are not answered";
    if (postgres !== null && silent(postgres.inserts)) return "writes are not acknowledged";
    return redis !== null && silent(redis.counters) ? "Redis does not answer" : null;
  }

  /** Begins nothing more. Idempotent. */
  async stop(): Promise<void> {
    this.#stoppedAt ??= now();
    await Promise.all(this.#parts().map(({ work }) => work.stop()));
  }

  close(): void {
    for (const { work } of this.#parts()) work.close();
  }

  #parts(): Part[] {
    const { requests, postgres, redis } = this;
    const parts: Part[] = [{ name: "requests", work: requests }];
    if (postgres !== null) {
      const { inserts, bank, appends, sessions } = postgres;
      parts.push({ name: "inserts", work: inserts }, { name: "bank", work: bank });
      parts.push({ name: "transactions", work: appends });
      if (sessions !== null) parts.push({ name: "sessions on replicas", work: sessions });
    }
    if (redis !== null)
      parts.push({ name: "Redis commands", work: redis.counters }, { name: "jobs", work: redis.jobs });
    return parts;
  }
}
