/** Seconds that a tool is given to let an instance end what it has begun. */
export const DRAIN_SECONDS = 5;

export const INSTANCES = 3;
