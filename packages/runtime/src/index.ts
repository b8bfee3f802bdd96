export {
  type Clock,
  type Context,
  type ContextOptions,
  type Counter,
  type DrainStage,
  type DrainTask,
  type Histogram,
  openContext,
  type Part,
  type RedisOptions,
} from "./context/index.ts";
export { type Environment, readEnvironment } from "./environment/index.ts";
export { Fault, type FaultCode, isFault } from "./fault/index.ts";
export type { RedisPort, RedisRole, RedisState } from "./redis/index.ts";
export { createRuntime, type Runtime, type RuntimeOptions } from "./runtime/create-runtime.ts";
export type { PartOptions, Parts } from "./runtime/parts.ts";
