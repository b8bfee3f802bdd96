import { setTimeout } from "node:timers/promises";
import type { FleetReport } from "@tenfold/protocol";
import { Fault } from "../../../fault/fault.ts";
import type { ScaleOrder } from "../../../targets/target.ts";
import type { Context } from "../../context.ts";

const never = new AbortController().signal;

/** Waits, or stops waiting when aborted. */
async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await setTimeout(milliseconds, undefined, { signal }).catch(() => {});
}

function many(instances: number): string {
  return `${instances} web instance${instances === 1 ? "" : "s"}`;
}

function webIn({ members }: FleetReport): number {
  return members.filter(({ kind, state }) => kind === "web" && state !== "stopped" && state !== "draining").length;
}

/** How long another operation on the fleet is waited for before the number is given up, and how often it is asked. */
const PATIENCE_MS = 180_000;
const ASK_EVERY_MS = 500;
/** A scaling that fails for another reason is tried again so often: an engine that was killed comes back. */
const TRIES = 3;

/** How putting the number back goes. */
export interface Restoring {
  /** Aborted: nothing is waited for any more. */
  readonly hurry: AbortSignal;
  /** Another operation is waited for. */
  readonly onWait: (why: string) => void;
}

/** A running fleet whose web instances are counted up and down, until its number is restored. */
export class ScaledFleet {
  readonly before: number;
  readonly #context: Context;
  #count: number;
  #wasSet = false;

  /** The engine moves the number by itself, and gets it back. */
  readonly #isAutomatic: boolean;

  private constructor(context: Context, count: number, isAutomatic: boolean) {
    this.#context = context;
    this.#isAutomatic = isAutomatic;
    this.#count = count;
    this.before = count;
  }

  /** Fault: TF_NOT_RUNNING, TF_MEASURE where the fleet is not well. */
  static async open(context: Context): Promise<ScaledFleet> {
    const report = await context.target.ps();
    if (report.state === "down" || report.urls.app === undefined)
      throw new Fault("TF_NOT_RUNNING", `the fleet ${report.fleet} does not run`, { hint: "start it: tenfold up -d" });
    if (report.state !== "healthy")
      throw new Fault("TF_MEASURE", `the fleet ${report.fleet} is ${report.state}`, {
        hint: "tenfold health says why; what is sick measures nothing",
      });
    const { min, max } = (await context.target.spec()).web.instances;
    return new ScaledFleet(context, webIn(report), min !== max);
  }

  /** Resolves when so many instances serve. Faults: those of `tenfold scale`. */
  async to(count: number, signal: AbortSignal): Promise<void> {
    // A number that moves by itself has to be set, so that it stays.
    if (count === this.#count && (!this.#isAutomatic || this.#wasSet)) return;
    await this.#scale(count, signal, never);
    signal.throwIfAborted();
  }

  /** As many as before run again. Fault: TF_MEASURE, saying how many do and what brings them back. */
  async restore({ hurry, onWait }: Restoring): Promise<void> {
    const until = performance.now() + PATIENCE_MS;
    for (let failures = 0; ; ) {
      try {
        if (this.#count !== this.before) await this.#scale(this.before, never, hurry);
        if (this.#isAutomatic && this.#wasSet) await this.#order({ group: "web", by: "auto", count: 0 }, never, hurry);
        return;
      } catch (error) {
        const isBusy = error instanceof Fault && error.code === "TF_LOCKED";
        failures += isBusy ? 0 : 1;
        if (failures >= TRIES || hurry.aborted || performance.now() > until) throw await this.#unrestored(error);
        if (isBusy) onWait(error.message);
        await pause(ASK_EVERY_MS, hurry);
      }
    }
  }

  async #unrestored(error: unknown): Promise<Fault> {
    const why = error instanceof Error ? error.message : String(error);
    const now = await this.#context.target.ps().then(webIn, () => null);
    const run = now === null ? "it is not known how many web instances run" : `${many(now)} run${now === 1 ? "s" : ""}`;
    const command = this.#isAutomatic ? "tenfold scale web=auto" : `tenfold scale web=${this.before}`;
    return new Fault("TF_MEASURE", `${run}, where ${this.before} did before: ${why}`, {
      hint: `${command} brings the former number back`,
    });
  }

  async #scale(count: number, cancel: AbortSignal, hurry: AbortSignal): Promise<void> {
    // Also when it fails, something has changed.
    this.#count = Number.NaN;
    this.#wasSet = true;
    await this.#order({ group: "web", by: "to", count }, cancel, hurry);
    this.#count = count;
  }

  #order(order: ScaleOrder, cancel: AbortSignal, hurry: AbortSignal): Promise<void> {
    return this.#context.target.scale([order], { onEvent: () => {}, dryRun: false, cancel, hurry });
  }
}
