/** The name under which a breaker knows whoever looks after the fleet. */
export const ENGINE_NAME = "engine";

/** The leading process of a member. */
export interface Victim {
  readonly member: string;
  readonly pid: number;
  /** Tells it from a later process with the same pid. */
  readonly startTime: number;
}

/** Something that was broken, and when, in milliseconds since 1970. */
export interface Stroke extends Victim {
  readonly how: "kill" | "freeze";
  readonly at: number;
}

/** Breaks members of a running fleet as crashes do: at once, and without a word to anybody. */
export interface Breaker {
  /** Makes sure that nobody else breaks this fleet until disposed of. Fault: TF_LOCKED, naming who does. */
  reserve(): Disposable;
  /** Finds a member, or the engine by its name. Fault: TF_NOT_RUNNING when it does not run. */
  aim(member: string): Promise<Victim>;
  /** Kills with SIGKILL: the `leader` of its processes, or `all`. */
  kill(victim: Victim, what: "leader" | "all"): Stroke;
  /** Stops all its processes where they are. */
  freeze(victim: Victim): Stroke;
  /** Whether that very process is still there. */
  isThere(victim: Victim): boolean;
  /** Everything that was frozen and is still there goes on. Idempotent. */
  thaw(): void;
}
