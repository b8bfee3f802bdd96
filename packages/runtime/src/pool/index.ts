export type { PoolOptions } from "./options.ts";
export { Pool } from "./pool.ts";
export type { PoolStatistics, Times } from "./statistics.ts";
export type {
  OutputOf,
  Register,
  RegisteredTasks,
  RunOptions,
  Task,
  TaskModule,
  TaskName,
  TaskOptions,
} from "./task.ts";
export { Transferred, transferred } from "./transferred.ts";

import type { Context } from "../context/index.ts";
import type { PoolOptions } from "./options.ts";
import { Pool } from "./pool.ts";
import type { RegisteredTasks, TaskModule } from "./task.ts";

/**
 * Opens the pool of a process: `openPool<typeof import("./tasks.ts")>(context, { module: new URL("./tasks.ts",
 * import.meta.url) })`. Its threads start at once; `ready()` resolves when they have loaded the module. Fault:
 * `TF_RT_OPTION`.
 */
export function openPool<M extends TaskModule = RegisteredTasks>(context: Context, options: PoolOptions = {}): Pool<M> {
  return new Pool<M>(context, options);
}
