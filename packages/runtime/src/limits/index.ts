export type { ConcurrencyLimit, ConcurrencyOptions, Leave } from "./concurrency-limit.ts";
export type { Decision, Rate } from "./gcra.ts";
export { type Admission, fastifyGuard, type Guard, guardMiddleware, honoGuard } from "./guard.ts";
export { type KeyOf, type Limits, openLimits } from "./limits.ts";
export type { RateLimit, RateOptions } from "./rate-limit.ts";
