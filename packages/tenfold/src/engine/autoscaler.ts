import type { Observation } from "../fleet/observation.ts";
import { canonical } from "../fleet/release.ts";
import type { History } from "../journal/history.ts";
import type { StoredOverride } from "../journal/state.ts";
import { activeOverride } from "../scale/bounds.ts";
import type { Decision } from "../scale/decision.ts";
import { explain } from "../scale/explain.ts";
import { asUnchanged } from "../scale/unchanged.ts";
import { blindSpot } from "../scale/web/blind-spot.ts";
import { decideWeb } from "../scale/web/decide.ts";
import { decideWorkers } from "../scale/workers/decide.ts";
import type { Instances } from "../spec/scalars.ts";
import { finishesJobs, inHand } from "../spec/scaling/jobs-in-hand.ts";
import { millis } from "../units/millis.ts";
import { Boots } from "./boots.ts";
import { instancesByConnections } from "./connections.ts";
import { type Hindrance, tellHindrance } from "./hindrance.ts";
import { isMoved, movedGroups, type ScaleChange } from "./intent.ts";
import type { Members } from "./members.ts";
import { type Aim, readScalingMemory, type ScalingMemory, saveScalingMemory } from "./scaling-memory.ts";
import type { Store } from "./store.ts";
import { webCounts, webSample } from "./web-samples.ts";
import { WindDowns } from "./wind-downs.ts";
import { workerCounts, workerSample, workersAtWork } from "./worker-samples.ts";

const SAVE_EVERY_MS = 60_000;
/** Before anything was measured. */
const WEB_COST_SECONDS = 0.02;
const ERROR_LIMIT = 0.05;
const IDLE = millis(300_000);

export interface AutoscalerParts {
  readonly members: Members;
  readonly store: Store;
  readonly history: History;
  readonly now: () => number;
  /** The project's: what was learned is kept below its `.tenfold`. */
  readonly directory: string;
  /** Changes counts of groups that nothing hinders, and finishes what was cut short. */
  readonly scale: (changes: readonly ScaleChange[]) => void;
  /** What the group's number would wait for, were it to change now. */
  readonly hindrance: (group: string, grows: boolean) => Hindrance | null;
}

/** The last decision on a group, and why; `null` before there was one, or since a person has changed what it rests on. */
export interface Explained {
  readonly group: string;
  readonly at: number;
  /** How many run, or are about to. */
  readonly count: number;
  readonly decision: Decision | null;
  readonly isDryRun: boolean;
  /** What has to end before it is carried out; `null` when it is, or there is nothing to do. */
  readonly waits: Hindrance | null;
  readonly text: string;
}

/** What goes with a decision. */
interface Circumstances {
  /** It is told, and nothing moves. */
  readonly isDryRun: boolean;
  /** What else is to be told: why the queue could not be read, what the figures do not show. */
  readonly note?: string | null | undefined;
}

function tellPaused(jobs: number | undefined): string | undefined {
  return jobs === undefined
    ? undefined
    : `the queue is paused, ${jobs === 1 ? "1 job waits" : `${jobs} jobs wait`} for it to go on`;
}

/**
 * Decides with every look at the fleet how many web instances and workers there should be, for those groups whose file
 * gives bounds instead of a number, and has it done. What it has learned survives the engine.
 */
export class Autoscaler {
  readonly #parts: AutoscalerParts;
  readonly #boots: Boots;
  readonly #windDowns: WindDowns;
  readonly #explained = new Map<string, Explained>();
  /** What decisions have led to, beside the number that they were made for: it takes time to get there, and dry runs never do. */
  readonly #aims = new Map<string, Aim>();
  #memory: ScalingMemory;
  #savedAt = 0;

  constructor(parts: AutoscalerParts) {
    this.#parts = parts;
    this.#boots = new Boots();
    this.#windDowns = new WindDowns(parts.members, parts.now);
    this.#memory = readScalingMemory(parts.directory);
    for (const [group, aim] of Object.entries(this.#memory.falls ?? {})) this.#aims.set(group, aim);
  }

  /** Of every group whose number moves. */
  get explained(): readonly Explained[] {
    return movedGroups(this.#parts.store.state.spec).map((group) => {
      const last = this.#explained.get(group);
      const isByHand = activeOverride(this.#override(group), this.#parts.now()) !== null;
      if (last?.decision != null && (last.decision.why.kind === "override") === isByHand) return last;
      const [at, count] = [this.#parts.now(), this.#countOf(group)];
      return {
        group,
        at,
        count,
        decision: null,
        isDryRun: false,
        waits: null,
        text: `stays ${count}: not decided yet`,
      };
    });
  }

  /** Decides on everything, and has changed what has to be. */
  seen(now: Observation, before: Observation | null): void {
    const { store, members } = this.#parts;
    if (store.state.wanted !== "running") return;
    this.#boots.look(members);
    const changes = [...this.#decideWeb(now, before), ...this.#decideWorkers(now, before)];
    this.#parts.scale(changes);
    this.#noteFalls();
    if (this.#parts.now() - this.#savedAt >= SAVE_EVERY_MS) this.save();
  }

  save(): void {
    this.#savedAt = this.#parts.now();
    saveScalingMemory(this.#parts.directory, this.#memory);
  }

  /** Who was asked to end shall go when another engine looks, be it that his last job ends then. */
  #noteFalls(): void {
    const falls = Object.fromEntries(
      [...this.#aims].filter(([group, aim]) => aim.count < aim.beside && this.#windDowns.isUnderWay(group)),
    );
    if (canonical(falls) === canonical(this.#memory.falls ?? {})) return;
    this.#memory = { ...this.#memory, falls };
    this.save();
  }

  #decideWeb(now: Observation, before: Observation | null): ScaleChange[] {
    const { members, store } = this.#parts;
    const { spec, deploy } = store.state;
    const { instances, scale, concurrency, cpu, memory } = spec.web;
    if (!isMoved(spec, "web")) return [];
    const sample = before === null ? null : webSample({ now, before, members, concurrency, memory, cpu });
    const counts = webCounts(members, this.#wanted("web"));
    const { decision, memory: learned } = decideWeb(
      {
        bounds: {
          ...this.#bounds(instances),
          schedules: scale.schedules,
          connections: instancesByConnections(scale.connections, now, { members, counts }),
        },
        override: this.#override("web"),
        thrift: scale.thrift,
        rules: scale.rules,
        slo: { limit: scale.target, late: scale.late / 100 },
        slots: concurrency === false ? (cpu === false ? 1 : Math.max(1, cpu)) : concurrency,
        boot: this.#boots.of("web", spec.web.slowStart),
        cost: WEB_COST_SECONDS,
        errorLimit: ERROR_LIMIT,
      },
      { sample, counts, deploying: deploy !== null },
      this.#memory.web,
      this.#parts.now(),
    );
    const goesByCpu = concurrency === false && scale.rules.length === 0;
    const note = goesByCpu && sample !== null ? blindSpot(sample, scale.target) : null;
    const changes = this.#conclude("web", decision, { isDryRun: scale.dryRun, note });
    this.#memory = { ...this.#memory, web: this.#waits("web") ? asUnchanged(learned, this.#memory.web) : learned };
    return changes;
  }

  #decideWorkers(now: Observation, before: Observation | null): ScaleChange[] {
    const { members, store } = this.#parts;
    const { spec, deploy } = store.state;
    return Object.entries(spec.workers).flatMap(([name, { instances, scale }]) => {
      const watched = scale.source !== null || scale.rules.length > 0;
      const group = `worker.${name}`;
      if (!movedGroups(spec).includes(group)) return [];
      const memory = this.#memory.workers[name] ?? null;
      const jobSeconds = scale.jobTime === null ? null : scale.jobTime / 1000;
      const paused = now.queues.get(name)?.paused;
      // What waits has not come or gone when somebody pauses the queue, or lets it go on.
      const isSame = (paused === undefined) === (before?.queues.get(name)?.paused === undefined);
      const sample = workerSample({
        now,
        before: isSame ? before : null,
        name,
        source: scale.source,
        places: workersAtWork(members, name) * scale.jobs,
      });
      const { decision, memory: learned } = decideWorkers(
        {
          bounds: { ...this.#bounds(instances), schedules: scale.schedules, connections: null },
          override: this.#override(group),
          watched,
          rules: scale.rules,
          limit: scale.wait,
          slots: scale.jobs,
          boot: this.#boots.of(group, millis(0)),
          jobSeconds,
          idle: IDLE,
          finishes: finishesJobs(scale.source),
        },
        {
          sample,
          counts: workerCounts(members, {
            ...{ name, sample, jobs: scale.jobs },
            wanted: this.#wanted(group),
          }),
          deploying: deploy !== null,
        },
        memory,
        this.#parts.now(),
      );
      const changes = this.#conclude(group, decision, {
        isDryRun: scale.dryRun,
        note: now.unread.get(name) ?? tellPaused(paused),
      });
      const kept = this.#waits(group) ? asUnchanged(learned, memory) : learned;
      this.#memory = { ...this.#memory, workers: { ...this.#memory.workers, [name]: kept } };
      const count = this.#countOf(group);
      if (changes.length === 0 || decision.target > count) {
        this.#windDowns.keep(group);
        return changes;
      }
      const held = inHand(scale.source, now.queues.get(name)?.inFlight ?? null);
      const reached = this.#windDowns.shrink(group, decision.target, held);
      if (reached === count || this.#parts.hindrance(group, false) !== null) return [];
      this.#aims.set(group, { count: decision.target, beside: reached });
      return [{ group, by: "to", count: reached }];
    });
  }

  #bounds({ min, max }: Instances): Instances {
    return { min, max };
  }

  #override(group: string): StoredOverride | null {
    return this.#parts.store.state.overrides?.[group] ?? null;
  }

  /** How many there are to be by the decisions so far, unless somebody has changed the number since. */
  #wanted(group: string): number {
    const count = this.#countOf(group);
    const aim = this.#aims.get(group);
    return aim?.beside === count ? aim.count : count;
  }

  /** Remembers a decision; gives what has to be changed. The journal has those that change something, or hold for another reason. */
  #conclude(group: string, decision: Decision, { isDryRun, note }: Circumstances): ScaleChange[] {
    const at = this.#parts.now();
    const count = this.#countOf(group);
    const { from, target, held } = decision;
    const isDone = isDryRun || target === count;
    // Workers are asked to end whatever is under way: they take their time.
    const waits = isDone || (group !== "web" && target < count) ? null : this.#parts.hindrance(group, target > count);
    const told = [
      explain(decision),
      ...(waits === null ? [] : [tellHindrance(waits)]),
      ...(note == null ? [] : [note]),
    ];
    const text = isDryRun ? `dry run, ${count} run: ${told.join("; ")}` : told.join("; ");
    const last = this.#explained.get(group);
    const waited = last?.waits != null && last.waits.since === waits?.since && last.decision?.target === target;
    const isNews = (target !== from && !waited) || held !== last?.decision?.held;
    if (isNews) this.#parts.history.append({ at, kind: "scale", subject: group, event: "decided", detail: text });
    this.#explained.set(group, { group, at, count, decision, isDryRun, waits, text });
    if (waits === null) this.#aims.set(group, { count: target, beside: count });
    else this.#aims.delete(group);
    return isDone || waits !== null ? [] : [{ group, by: "to", count: target }];
  }

  #waits(group: string): boolean {
    return this.#explained.get(group)?.waits != null;
  }

  #countOf(group: string): number {
    const { web, workers } = this.#parts.store.state.counts;
    return group === "web" ? web : (workers[group.slice("worker.".length)] ?? 0);
  }
}
