import type { FleetReport } from "@tenfold/protocol";
import { Fault } from "../../fault/fault.ts";
import { isApplication, type MemberKind } from "../../fleet/member.ts";
import { type Breaker, ENGINE_NAME, type Stroke } from "../../targets/breaker.ts";
import type { Target } from "../../targets/target.ts";
import { choose } from "../catalogue/choose.ts";
import { type Act, describeOrder, describeWhom, type Order, type Whom } from "../catalogue/drill.ts";
import { now, pause } from "../work/clock.ts";
import type { FleetWatch } from "./fleet-watch.ts";
import { notBack, notWhole, type StrokeState } from "./wholeness.ts";

/** Not with every event: each look takes the engine a few milliseconds, which it needs for what it is being watched at. */
const LOOK_EVERY_MS = 200;

export interface PerformParts {
  readonly target: Pick<Target, "ps"> & { readonly breaker: Breaker };
  /** Carries an order out, as its user would give it. */
  readonly order: (order: Order, signal: AbortSignal) => Promise<void>;
  /** What is amiss that members do not know of: replication, clients without an answer. In words, or `null`. */
  readonly amiss: () => Promise<string | null>;
  readonly watch: FleetWatch;
  readonly random: () => number;
  readonly signal: AbortSignal;
  /** Milliseconds after which a member that is frozen and that nobody has repaired goes on; then the drill has failed. */
  readonly patience: number;
  readonly tell: (text: string) => void;
}

/** Carries out what a drill does to a fleet, and finds out when the fleet is whole again. */
export class Performance {
  readonly strokes: Stroke[] = [];
  /** What went wrong on the way, in sentences; any of them breaks the drill. */
  readonly failures: string[] = [];
  /** When the first thing was done, and when all was well again; milliseconds since 1970. */
  faultAt: number | null = null;
  wholeAt: number | null = null;
  readonly #parts: PerformParts;
  readonly #before: FleetReport;
  #thawedAt = Number.NEGATIVE_INFINITY;

  constructor(before: FleetReport, parts: PerformParts) {
    this.#before = before;
    this.#parts = parts;
  }

  async perform(acts: readonly Act[]): Promise<void> {
    try {
      for (const act of acts) {
        if (this.#parts.signal.aborted) return;
        await this.#act(act);
      }
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      this.failures.push(error.message);
    }
  }

  async #act(act: Act): Promise<void> {
    switch (act.act) {
      case "strike":
        return this.#strike(act.how, act.whom);
      case "thaw":
        return this.#thaw();
      case "pass":
        return pause(act.time, this.#parts.signal);
      case "order":
        return this.#order(act);
      case "await":
        return this.#await(act.what);
      default:
        return act satisfies never;
    }
  }

  async #strike(how: "kill" | "freeze", whom: readonly Whom[]): Promise<void> {
    const { target, random, watch, tell } = this.#parts;
    const { members } = await target.ps();
    const frozen = this.#strokes()
      .filter(({ isThere, isThawed }) => isThere && !isThawed)
      .map(({ stroke }) => stroke.member);
    const names = choose(
      whom,
      members.filter(({ name }) => !frozen.includes(name)),
      random,
    );
    if (names === null)
      throw new Fault("TF_UNHEALTHY", `the drill found nobody to strike: ${whom.map(describeWhom).join(", ")}`, {
        hint: "tenfold ps shows who is what",
      });
    const victims = await Promise.all(names.map((name) => target.breaker.aim(name)));
    this.faultAt ??= now();
    for (const victim of victims) {
      const kind = members.find(({ name }) => name === victim.member)?.kind as MemberKind | undefined;
      // The command of an application is often a shell that has started it.
      const what = kind !== undefined && !isApplication(kind) && kind !== "balancer" ? "leader" : "all";
      const stroke = how === "kill" ? target.breaker.kill(victim, what) : target.breaker.freeze(victim);
      this.strokes.push(stroke);
      const text = how === "kill" ? "killed" : "frozen";
      watch.mark({ at: stroke.at, kind: "strike", member: stroke.member, text });
      tell(`${stroke.member} (pid ${stroke.pid}) ${text}`);
    }
  }

  #thaw(): void {
    this.#parts.target.breaker.thaw();
    this.#thawedAt = now();
    this.#parts.watch.mark({ at: this.#thawedAt, kind: "strike", member: null, text: "whoever is frozen goes on" });
  }

  async #order(order: Order): Promise<void> {
    const { watch, tell, signal } = this.#parts;
    const text = describeOrder(order);
    const at = now();
    this.faultAt ??= at;
    watch.mark({ at, kind: "order", member: null, text });
    tell(text);
    try {
      await this.#parts.order(order, signal);
    } catch (error) {
      // Whatever it is, a defect too: the drill is there to tell it.
      if (!(error instanceof Error) || signal.aborted) throw error;
      const detail = error instanceof Fault ? "" : ` (${error.stack?.split("\n").slice(0, 2).join(" ")})`;
      this.failures.push(`${text}: ${error.message}${detail}`);
    }
  }

  /** Strokes at members, each with what became of the process that it met. */
  #strokes(): StrokeState[] {
    const { breaker } = this.#parts.target;
    return this.strokes
      .filter(({ member }) => member !== ENGINE_NAME)
      .map((stroke) => ({ stroke, isThere: breaker.isThere(stroke), isThawed: this.#thawedAt > stroke.at }));
  }

  async #await(what: "whole" | "back"): Promise<void> {
    const { signal, patience, tell } = this.#parts;
    const since = now();
    let isPatient = true;
    for (;;) {
      await pause(LOOK_EVERY_MS, signal);
      if (signal.aborted) return;
      const at = now();
      const missing = await this.#missing(what);
      if (missing === null) {
        if (what === "whole") this.#whole(at, isPatient);
        return;
      }
      if (at - since > 2 * patience) {
        this.failures.push(`after ${Math.round((at - since) / 1000)} s ${missing}`);
        return;
      }
      if (isPatient && at - since > patience) {
        isPatient = false;
        this.failures.push(`nobody repaired it within ${patience / 1000} s: ${missing}`);
        tell(`nobody repairs it: ${missing}; whoever is frozen goes on`);
        this.#thaw();
      }
    }
  }

  async #missing(what: "whole" | "back"): Promise<string | null> {
    const report = await this.#parts.target.ps();
    if (what === "back") return notBack(report, this.#strokes());
    const missing = notWhole(report, this.#before, this.#strokes());
    return missing ?? this.#parts.amiss();
  }

  #whole(at: number, byItself: boolean): void {
    this.#parts.watch.mark({ at, kind: "whole", member: null, text: "whole again" });
    this.#parts.tell("whole again");
    if (byItself) this.wholeAt = at;
  }
}
