export { type CronOptions, type EveryOptions, type PlanOptions, Schedule, type ScheduleOptions } from "./schedule.ts";

import type { Context } from "../context/index.ts";
import type { Queues } from "../queues/index.ts";
import { Schedule, type ScheduleOptions } from "./schedule.ts";

/** Opens the schedule, which enqueues into these queues. Fault: `TF_RT_OPTION`. */
export function openSchedule(context: Context, queues: Queues, options: ScheduleOptions = {}): Schedule {
  return new Schedule(context, queues, options);
}
