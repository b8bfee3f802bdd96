export { type Clock, SYSTEM_CLOCK } from "./clock.ts";
export { type Context, type ContextOptions, openContext, type RedisOptions, type Warn } from "./context.ts";
export { type DrainStage, Drains, type DrainTask } from "./drains.ts";
export { HealthBoard, type HealthProbe } from "./health-board.ts";
export { loadPeer } from "./load-peer.ts";
export {
  type Counter,
  type Gauge,
  type Histogram,
  type Labels,
  Meters,
  observe,
  type Series,
} from "./meters.ts";
export type { Part } from "./part.ts";
