export { Drain, type DrainState, openDrain } from "./drain.ts";
export type { DrainOptions } from "./options.ts";
