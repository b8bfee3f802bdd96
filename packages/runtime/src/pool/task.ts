import type { Transferred } from "./transferred.ts";

/** A module of tasks: `typeof import("./tasks.ts")`. Its functions take one input, which is copied to the thread. */
export type TaskModule = object;

// biome-ignore lint/suspicious/noExplicitAny: an input may be of any type, and only `any` stands for all in this place.
type AnyTask = (input: any) => any;

/**
 * Filled by an application so that `runtime.pool` knows its tasks:
 * `declare module "@tenfold/runtime/pool" { interface Register { tasks: typeof import("./tasks.ts") } }`.
 */
// biome-ignore lint/suspicious/noEmptyInterface: applications add to it
export interface Register {}

/** The tasks that were registered; any, where none were. */
export type RegisteredTasks = Register extends { readonly tasks: infer M extends TaskModule }
  ? M
  : Readonly<Record<string, AnyTask>>;

/** Names of the functions that a module exports. */
export type TaskName<M extends TaskModule> = { [K in keyof M & string]: M[K] extends AnyTask ? K : never }[keyof M &
  string];

export type InputOf<F> = F extends (input: infer I) => unknown ? I : never;

export type OutputOf<F> = F extends AnyTask ? Returned<Awaited<ReturnType<F>>> : never;

type Returned<T> = T extends Transferred<infer V> ? V : T;

/** What is to be done: a function of the module by its name, and what it is given. */
export interface Task<M extends TaskModule, K extends TaskName<M> = TaskName<M>> {
  readonly name: K;
  readonly input: InputOf<M[K]>;
}

export interface RunOptions {
  /** Ends the task, also while it runs: its thread is replaced. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds for waiting and running together; `Infinity`: none. Default: the pool's. Fault: `TF_RT_POOL_DEADLINE`. */
  readonly deadline?: number | undefined;
}

export interface TaskOptions extends RunOptions {
  /** Buffers in the input that move to the thread instead of being copied. */
  readonly transfer?: readonly import("node:worker_threads").Transferable[] | undefined;
}
