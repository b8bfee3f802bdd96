import { backoff } from "../fleet/backoff.ts";
import type { MemberName } from "../fleet/member.ts";
import type { ScaleChange } from "./intent.ts";
import { type Caller, ENGINE, type Operation, type Operations } from "./operation.ts";
import type { RunningFleet } from "./running-fleet.ts";
import { changeCounts } from "./scale.ts";

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
      if (plan.length > 0) await fleet.supervisor.carryOut(operation, plan);
      this.#mending = { tries: 0, notBefore: 0 };
    });
  }

  /** Replaces a member that uses too much. When an operation is under way, the next look will ask again. */
  recycle(name: MemberName, reason: string): void {
    const fleet = this.#idle();
    if (fleet === null) return;
    const { supervisor } = fleet;
    this.#parts.note(`${name} ${reason}; it is replaced`);
    void this.run("recycle", ENGINE, async (operation) =>
      supervisor.carryOut(operation, await supervisor.planner.ofRestart([name])),
    );
  }

  /**
   * Changes counts as demand asks for; `false` when something else is under way. What it changed before may still boot or
   * drain: demand does not wait for that, so the newer number takes over, with all that has begun.
   */
  scale(changes: readonly ScaleChange[]): boolean {
    const { current } = this.#parts.operations;
    const isOwn = current?.by === ENGINE && current.name === SCALE;
    const fleet = isOwn ? this.#parts.fleet() : this.#idle();
    if (fleet === null || fleet.supervisor.recovery.isAtWork || this.#takesOver) return false;
    this.#takesOver = isOwn;
    let cancel: AbortSignal | undefined;
    void this.#parts.operations
      .run(SCALE, ENGINE, (operation) => {
        this.#takesOver = false;
        cancel = operation.cancel.signal;
        return changeCounts(changes, operation, fleet);
      })
      .catch((error: unknown) => {
        // Whoever took over goes on with it.
        if (cancel?.reason !== error) this.#parts.tell(error);
      })
      .finally(() => {
        this.#takesOver = false;
      });
    return true;
  }

  /** The fleet, while nothing is under way. */
  #idle(): RunningFleet | null {
    return this.#parts.operations.current === null ? this.#parts.fleet() : null;
  }
}
