import type { Reply } from "../../services/redis/resp.ts";
import { checkJobs, type EnqueuedJob, type JobVerdict } from "../check/jobs.ts";
import { pause } from "./clock.ts";
import { Paced } from "./paced.ts";
import { insistOnRedis, RedisClient } from "./redis-client.ts";
import type { Work } from "./work.ts";

const ENQUEUE_EVERY_MS = 50;
const WORKERS = 2;
const GROUP = "workers";
const WAIT_MS = 200;
const ABANDONED_MS = 1_000;
const FINISH_WITHIN_MS = 10_000;

type Entry = readonly [id: string, fields: readonly string[]];

/**
 * A queue in a Redis stream and workers that take from it, as job libraries do it: a job belongs to one worker until it
 * is done, and to another when that one has not finished it for a second.
 */
export class JobWork implements Work<JobVerdict> {
  readonly #enqueued: EnqueuedJob[] = [];
  readonly #done: string[] = [];
  readonly #stream: string;
  readonly #sender: RedisClient;
  readonly #takers: readonly RedisClient[];
  readonly #senders: Paced;
  readonly #workers: Paced;
  #next = 0;

  constructor(url: string, prefix: string) {
    this.#stream = `${prefix}jobs`;
    this.#sender = new RedisClient(url);
    this.#takers = Array.from({ length: WORKERS }, () => new RedisClient(url));
    this.#senders = new Paced({ every: ENQUEUE_EVERY_MS, clients: 1, act: () => this.#enqueue() });
    this.#workers = new Paced({ every: 1, clients: WORKERS, act: (worker) => this.#work(worker) });
  }

  get done(): number {
    return this.#done.length;
  }

  /** The workers go on until the queue is empty, or for 10 s. */
  async stop(): Promise<void> {
    await this.#senders.stop();
    const deadline = Date.now() + FINISH_WITHIN_MS;
    while ((await this.#sender.attempt("XLEN", this.#stream)).value !== 0 && Date.now() < deadline) await pause(50);
    await this.#workers.stop();
  }

  async verdict(): Promise<JobVerdict> {
    // Whoever is still in the queue is late and not lost.
    const waiting = await insistOnRedis(this.#sender, ["XRANGE", this.#stream, "-", "+"]);
    const late = entries(waiting)
      .map(jobOf)
      .filter((id) => !this.#done.includes(id));
    return checkJobs(this.#enqueued, [...this.#done, ...late]);
  }

  close(): void {
    this.#sender.close();
    for (const taker of this.#takers) taker.close();
  }

  async #enqueue(): Promise<void> {
    const id = `job-${this.#next++}`;
    const { ending } = await this.#sender.attempt("XADD", this.#stream, "*", "id", id);
    this.#enqueued.push({ id, ending });
  }

  async #work(worker: number): Promise<void> {
    const taker = this.#takers[worker];
    if (taker === undefined) return;
    const name = `worker-${worker}`;
    const read = ["XREADGROUP", "GROUP", GROUP, name, "COUNT", "5"];
    const claimed = await taker.attempt(
      "XAUTOCLAIM",
      this.#stream,
      GROUP,
      name,
      `${ABANDONED_MS}`,
      "0-0",
      "COUNT",
      "5",
    );
    if (claimed.error?.startsWith("NOGROUP") === true) {
      await taker.attempt("XGROUP", "CREATE", this.#stream, GROUP, "0", "MKSTREAM");
      return;
    }
    if (claimed.ending !== "ok") return;
    const taken = entries((claimed.value as readonly Reply[])[1] ?? []);
    if (taken.length === 0) {
      const next = await taker.attempt(...read, "BLOCK", `${WAIT_MS}`, "STREAMS", this.#stream, ">");
      const [stream] = (next.value ?? []) as readonly (readonly Reply[])[];
      taken.push(...entries(stream?.[1] ?? []));
    }
    for (const entry of taken) {
      this.#done.push(jobOf(entry));
      await taker.attempt("XACK", this.#stream, GROUP, entry[0]);
      await taker.attempt("XDEL", this.#stream, entry[0]);
    }
  }
}

function entries(reply: Reply): Entry[] {
  return Array.isArray(reply)
    ? reply.filter((entry): entry is Entry => Array.isArray(entry) && Array.isArray(entry[1]))
    : [];
}

function jobOf([, fields]: Entry): string {
  return fields[fields.indexOf("id") + 1] ?? "";
}
