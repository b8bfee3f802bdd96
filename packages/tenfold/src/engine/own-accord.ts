import { backoff } from "../fleet/backoff.ts";
import type { MemberName } from "../fleet/member.ts";
import type { Hindrance } from "./hindrance.ts";
import type { ScaleChange } from "./intent.ts";
import { type Caller, ENGINE, givesWay, type Operation, type Operations } from "./operation.ts";
import type { RunningFleet } from "./running-fleet.ts";
import { changeCounts, growBeside } from "./scale.ts";

const SCALE = "scale";

export interface OwnAccordParts {
  readonly operations: Operations;
  /** `null` when no fleet was started here. */
  fleet(): RunningFleet | null;
  now(): number;
  note(text: string): void;
  /** Tells of what failed. */
  tell(error: unknown): void;
}

/** Operations that the engine begins by itself. They give way to whatever a person asks for, and never wait for it. */
export class OwnAccord {
  readonly #parts: OwnAccordParts;
  /** A newer number waits for what the former one has begun. */
  #takesOver = false;
  /** What it has begun may lack members that its numbers have. */
  #isCutShort = false;
  #mending: { readonly tries: number; readonly notBefore: number } = { tries: 0, notBefore: 0 };

  constructor(parts: OwnAccordParts) {
    this.#parts = parts;
  }

  /** What fails is told to whoever listens, and written to the journal. */
  run(name: string, by: Caller, body: (operation: Operation) => Promise<void>): Promise<void> {
    return this.#parts.operations.run(name, by, body).catch((error: unknown) => this.#parts.tell(error));
  }

  /** Stops the instances that were kept warm for long enough. */
  retire(): void {
    const fleet = this.#idle();
    if (fleet === null) return;
    const { store } = fleet.supervisor;
    const { standby } = store.state.web;
    if (standby === null || standby.until === null || standby.until > this.#parts.now()) return;
    this.#parts.note(`the instances of release ${standby.release} were kept warm for long enough; they stop`);
    void this.run("retire", ENGINE, async (operation) => {
      store.decide({ web: { ...store.state.web, standby: null } });
      await fleet.supervisor.converge(operation);
    });
  }

  /** Brings back what is gone, later and later when that does not help. */
  mend(): void {
    const fleet = this.#idle();
    if (fleet === null || fleet.supervisor.store.state.wanted !== "running") return;
    const { planner, recovery } = fleet.supervisor;
    const now = this.#parts.now();
    if (recovery.isAtWork || now < this.#mending.notBefore || !planner.needsMending) return;
    const { tries } = this.#mending;
    this.#mending = { tries: tries + 1, notBefore: now + backoff(tries + 2) };
    void this.run("mend", ENGINE, async (operation) => {
      const plan = await planner.ofMend();
      if (plan.length > 0) await operation.beside.during("workers", () => fleet.supervisor.carryOut(operation, plan));
      this.#mending = { tries: 0, notBefore: 0 };
    });
  }

  /** Replaces a member that uses too much. When an operation is under way, the next look will ask again. */
  recycle(name: MemberName, reason: string): void {
    const fleet = this.#idle();
    if (fleet === null) return;
    const { supervisor } = fleet;
    this.#parts.note(`${name} ${reason}; it is replaced`);
    void this.run("recycle", ENGINE, (operation) =>
      operation.beside.during("workers", async () =>
        supervisor.carryOut(operation, await supervisor.planner.ofRestart([name])),
      ),
    );
  }

  /** What a change of this group's number would wait for; `null`: nothing. */
  hindrance(group: string, grows: boolean): Hindrance | null {
    const { current } = this.#parts.operations;
    if (this.#parts.fleet()?.supervisor.recovery.isAtWork !== false) return { operation: "a failover", since: null };
    if (this.#takesOver) return { operation: SCALE, since: null };
    if (current === null || givesWay(current, SCALE) || (grows && current.beside.lets(group))) return null;
    return { operation: current.name, since: current.startedAt };
  }

  /**
   * Changes counts as demand asks for, of those that nothing hinders. What it changed before may still boot or drain:
   * demand does not wait for that, so the newer number takes over, with all that has begun. No changes: finishes what
   * was cut short.
   */
  scale(changes: readonly ScaleChange[]): void {
    const fleet = this.#parts.fleet();
    const { current } = this.#parts.operations;
    if (fleet === null || fleet.supervisor.recovery.isAtWork || this.#takesOver) return;
    const mayGrow = changes.filter(({ group }) => current?.beside.lets(group));
    if (current === null || givesWay(current, SCALE)) {
      if (changes.length === 0 && (!this.#isCutShort || current !== null)) return;
      this.#takesOver = current !== null;
      this.#watch((begun) =>
        this.#parts.operations.run(SCALE, ENGINE, (operation) => {
          this.#takesOver = false;
          begun(operation.cancel.signal);
          return changeCounts(changes, operation, fleet);
        }),
      );
    } else if (mayGrow.length > 0) {
      this.#watch((begun) =>
        current.beside.grow((signal) => {
          begun(signal);
          return growBeside(mayGrow, signal, { fleet, operation: current });
        }),
      );
    }
  }

  /** Whoever took over, or the next look, goes on with what was cut short; anything else that failed is told. */
  #watch(run: (begun: (cancel: AbortSignal) => void) => Promise<void>): void {
    let cancel: AbortSignal | undefined;
    const begun = (signal: AbortSignal): void => {
      cancel = signal;
      this.#isCutShort = false;
    };
    run(begun)
      .catch((error: unknown) => {
        if (cancel === undefined || cancel.reason === error) this.#isCutShort = true;
        else this.#parts.tell(error);
      })
      .finally(() => {
        this.#takesOver = false;
      });
  }

  /** The fleet, while nothing is under way. */
  #idle(): RunningFleet | null {
    return this.#parts.operations.current === null ? this.#parts.fleet() : null;
  }
}
