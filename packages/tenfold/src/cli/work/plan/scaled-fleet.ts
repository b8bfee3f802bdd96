import type { FleetReport } from "@tenfold/protocol";
import { Fault } from "../../../fault/fault.ts";
import type { Watch } from "../../../targets/target.ts";
import type { Context } from "../../context.ts";

const never = new AbortController().signal;

function webIn({ members }: FleetReport): number {
  return members.filter(({ kind, state }) => kind === "web" && state !== "stopped" && state !== "draining").length;
}

/** A running fleet whose web instances are counted up and down. Disposed of, it has as many as it had before. */
export class ScaledFleet implements AsyncDisposable {
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
    await this.#scale(count, signal);
    signal.throwIfAborted();
  }

  async #scale(count: number, cancel: AbortSignal): Promise<void> {
    const watch: Watch = { onEvent: () => {}, dryRun: false, cancel, hurry: never };
    // Also when it fails, something has changed.
    this.#count = Number.NaN;
    this.#wasSet = true;
    await this.#context.target.scale([{ group: "web", by: "to", count }], watch);
    this.#count = count;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#count !== this.before) await this.#scale(this.before, never);
    if (!this.#isAutomatic || !this.#wasSet) return;
    const watch: Watch = { onEvent: () => {}, dryRun: false, cancel: never, hurry: never };
    await this.#context.target.scale([{ group: "web", by: "auto", count: 0 }], watch);
  }
}
