export type { PoolOptions } from "./options.ts";
export { Pool } from "./pool.ts";
export type { PoolStatistics, Times } from "./statistics.ts";
export type { OutputOf, RunOptions, Task, TaskModule, TaskName, TaskOptions } from "./task.ts";
export { Transferred, transferred } from "./transferred.ts";

import type { PoolOptions } from "./options.ts";
import { Pool } from "./pool.ts";
import type { TaskModule } from "./task.ts";

/**
 * Starts a pool: `createPool<typeof import("./tasks.ts")>({ module: new URL("./tasks.ts", import.meta.url) })`. Its threads
 * start at once; `ready()` resolves when they have loaded the module. Fault: `TF_RT_OPTION`.
 */
export function createPool<M extends TaskModule>(options: PoolOptions): Pool<M> {
  return new Pool<M>(options);
}
