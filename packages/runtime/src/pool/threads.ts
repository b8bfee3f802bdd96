import { extname } from "node:path";
import type { Piscina } from "piscina";
import { loadPeer } from "../context/index.ts";
import { Fault } from "../fault/index.ts";
import type { Answer, Ask } from "./message.ts";
import type { ThreadData } from "./thread.ts";

export interface ThreadsOptions {
  readonly module: string;
  readonly threads: number;
  /** Bytes of heap that a thread may use; `undefined`: Node's own limit. */
  readonly memory: number | undefined;
}

/** Ends a task in its thread. In the form of an emitter, which Piscina takes as well as an AbortSignal and costs less. */
export class Kill {
  #listener: (() => void) | undefined;
  aborted = false;

  once(_event: "abort", listener: () => void): void {
    this.#listener = listener;
  }

  removeListener(): void {
    this.#listener = undefined;
  }

  /** Gives whether the task was in a thread, or about to be. */
  now(): boolean {
    const listener = this.#listener;
    this.aborted = true;
    listener?.();
    return listener !== undefined;
  }
}

/** The threads themselves. Whoever asks sees to it that no more is asked at a time than there are threads. */
export class Threads {
  readonly #options: ThreadsOptions;
  readonly #opened: Promise<void>;
  #piscina: Piscina<Ask, Answer> | undefined;
  #closed = false;

  constructor(options: ThreadsOptions) {
    this.#options = options;
    this.#opened = this.#open();
    this.#opened.catch(() => {});
  }

  /** Resolves when every thread has loaded the module. Faults: `TF_RT_PEER_MISSING`, `TF_RT_POOL_MODULE`. */
  async ready(): Promise<void> {
    await Promise.all(Array.from({ length: this.#options.threads }, () => this.ask({ kind: "ready" })));
  }

  /** Faults: `TF_RT_POOL_MODULE`, `TF_RT_POOL_THREAD`, `TF_RT_POOL_COPY`, `TF_RT_CLOSED`. */
  async ask(ask: Ask, transfer?: readonly unknown[], kill?: Kill): Promise<Exclude<Answer, { kind: "unusable" }>> {
    if (this.#piscina === undefined) await this.#opened;
    if (this.#piscina === undefined) throw new Fault("TF_RT_CLOSED", "the pool is closed");
    const answer = await this.#piscina
      .run(ask, { transferList: transfer as never, signal: (kill ?? null) as never })
      .catch((error: unknown) => {
        throw describe(error);
      });
    if (answer.kind === "unusable") {
      throw new Fault("TF_RT_POOL_MODULE", answer.message, { hint: "give the pool the URL of a module of functions" });
    }
    return answer;
  }

  /** Ends all threads, whatever they do. */
  async destroy(): Promise<void> {
    this.#closed = true;
    await this.#opened.catch(() => {});
    const piscina = this.#piscina;
    this.#piscina = undefined;
    await piscina?.destroy();
  }

  async #open(): Promise<void> {
    const { Piscina } = await loadPeer("piscina", () => import("piscina"));
    if (this.#closed) return;
    const { module, threads, memory } = this.#options;
    // In a package that is compiled, the thread's file is too.
    const file = new URL(`./thread${extname(import.meta.url)}`, import.meta.url).href;
    this.#piscina = new Piscina<Ask, Answer>({
      filename: file,
      workerData: { module } satisfies ThreadData,
      minThreads: threads,
      maxThreads: threads,
      recordTiming: false,
      ...(memory === undefined ? {} : { resourceLimits: { maxOldGenerationSizeMb: memory / 1_048_576 } }),
    });
    // A thread that dies between tasks is replaced, and the next task that needs one is told if it cannot be.
    this.#piscina.on("error", () => {});
  }
}

function describe(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  // An error of this kind that comes from a thread has lost its name.
  const [first = ""] = (error.stack ?? "").split("\n");
  if (error.name === "DataCloneError" || first.startsWith("DataCloneError")) {
    return new Fault("TF_RT_POOL_COPY", `an input or a result cannot be copied between threads: ${first}`, {
      hint: "pass plain data, without functions or class instances",
      cause: error,
    });
  }
  const heap = "code" in error && error.code === "ERR_WORKER_OUT_OF_MEMORY";
  return new Fault("TF_RT_POOL_THREAD", `the thread died during the task: ${error.message}`, {
    hint: heap ? "give the pool more memory, or the task less to do at once" : undefined,
    cause: error,
  });
}
