import type { Driver } from "../drivers/driver.ts";
import type { Launch } from "../fleet/launch.ts";
import type { MemberName } from "../fleet/member.ts";
import type { MemberState, Probe, Running } from "../fleet/state.ts";
import type { Millis } from "../units/millis.ts";

/** How often a member is looked at, and how long it may take. */
export interface Pace {
  /** Between two probes once it is ready. */
  readonly every: Millis;
  /** Between two of its first probes. */
  readonly eager: Millis;
  /** From its start to its first passing probe. */
  readonly start: Millis;
  /** It must have run for this long before a passing probe counts. */
  readonly settle: Millis;
  /** Once it was ready: silent for so long, it is frozen, and is ended. `null`: its probe says nothing of that. */
  readonly silence: Millis | null;
}

/** What an earlier engine knew of a process. */
export interface History {
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** The same of when it became ready first; absent or 0 before that. */
  readonly readyAt?: number;
  readonly restarts: number;
  /** Whether it has had the signal to end: some programs take a second one for impatience. */
  readonly asked?: boolean;
}

/** What a keeper asks of the engine. */
export interface KeeperHost {
  readonly driver: Driver;
  now(): number;
  /** Renders the member anew, writes its files, and says how to start it; or, in a sentence, why it must not be started. */
  launchOf(name: MemberName): Promise<Launch | string>;
  probe(name: MemberName): Promise<Probe>;
  paceOf(name: MemberName): Pace;
  /** The member's process is this one from now on. */
  started(name: MemberName, running: Running, restarts: number): void;
  /** Its process has had the signal to end. */
  asked(name: MemberName): void;
  changed(name: MemberName, state: MemberState): void;
  /** Whether somebody else decides what follows its death, so that it is not simply started again. */
  decidesAfterDeath(name: MemberName): boolean;
}
