import { Worker } from "node:worker_threads";
import type { LoadPlan } from "../run/plan.ts";
import { joinShares, type RunData, type RunResult } from "../run/result.ts";
import { type RunOptions, runLoad } from "../run/run-load.ts";
import { joinSnapshots, type Snapshot } from "../run/snapshot.ts";
import type { FromThread, ToThread } from "./messages.ts";

/** Sources in the repository, compiled files in the package. */
const ENTRY = new URL(import.meta.url.endsWith(".ts") ? "./thread.ts" : "./thread.js", import.meta.url);

/** A thread with its share of the work. */
class Thread {
  readonly ready: Promise<void>;
  readonly ended: Promise<RunData>;
  readonly #worker: Worker;

  constructor(plan: LoadPlan, onSnapshot: (snapshot: Snapshot) => void) {
    this.#worker = new Worker(ENTRY, { workerData: plan });
    const ready = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<RunData>();
    this.ready = ready.promise;
    this.ended = ended.promise;
    const onError = (error: unknown): void => {
      ready.reject(error);
      ended.reject(error);
    };
    this.#worker.on("error", onError);
    this.#worker.on("exit", (code) => onError(new Error(`a thread of the load ended with ${code}`)));
    this.#worker.on("message", (message: FromThread) => {
      if (message.kind === "ready") ready.resolve();
      else if (message.kind === "snapshot") onSnapshot(message.snapshot);
      else ended.resolve(message.data);
    });
    // Whoever waits for them is told.
    this.ready.catch(() => {});
    this.ended.catch(() => {});
  }

  tell(message: ToThread): void {
    this.#worker.postMessage(message);
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }
}

/** Runs a load on so many threads: one is this one, more are threads of their own that begin together. */
export async function runThreads(
  plan: Omit<LoadPlan, "share">,
  count: number,
  options: RunOptions,
): Promise<RunResult> {
  const { signal, hurry, onSnapshot } = options;
  if (count === 1) return joinShares([await runLoad({ ...plan, share: { index: 0, of: 1 } }, options)]);
  const latest = new Map<number, Snapshot>();
  const threads = Array.from({ length: count }, (_, index) => {
    return new Thread({ ...plan, share: { index, of: count } }, (snapshot) => {
      latest.set(index, snapshot);
      if (latest.size < count) return;
      onSnapshot(joinSnapshots([...latest.values()]));
      latest.clear();
    });
  });
  const tellAll = (message: ToThread): void => {
    for (const thread of threads) thread.tell(message);
  };
  const onStop = (): void => tellAll("stop");
  const onHurry = (): void => tellAll("hurry");
  try {
    await Promise.all(threads.map(({ ready }) => ready));
    signal.addEventListener("abort", onStop);
    hurry.addEventListener("abort", onHurry);
    tellAll("go");
    if (signal.aborted) onStop();
    return joinShares(await Promise.all(threads.map(({ ended }) => ended)));
  } finally {
    signal.removeEventListener("abort", onStop);
    hurry.removeEventListener("abort", onHurry);
    await Promise.all(threads.map((thread) => thread.end()));
  }
}
