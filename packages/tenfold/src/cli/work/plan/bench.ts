import type { Alone } from "../../../capacity/search/alone.ts";
import { lengthOfRun } from "../../../capacity/search/pace.ts";
import type { Objective, Trial } from "../../../capacity/search/trial.ts";
import { constant } from "../../../load/arrivals/profile.ts";
import { reportGenerator } from "../../../load/report/generator.ts";
import type { LoadPlan } from "../../../load/run/plan.ts";
import type { Snapshot } from "../../../load/run/snapshot.ts";
import { runThreads } from "../../../load/threads/run-threads.ts";

/** The beginning of a run, in which connections are made. */
const SETTLING = 0.2;
/** Lateness of the generator up to this share of the limit explains no failure. */
const TOLERATED = 0.2;
const FINE_LATENESS = 10;
const MOST_CONNECTIONS = 2_000;
/** Requests a second that no application notices, to see whether a queue is gone. */
const PROBE_RATE = 5;
const MOST_PROBES = 30;
/** How long one visitor has the fleet for itself. */
const ALONE_SECONDS = 2;

/** What is sent, and where to. */
export interface BenchParts {
  readonly plan: Pick<LoadPlan, "target" | "journeys" | "environment">;
  readonly objective: Objective;
  readonly threads: number;
  readonly signal: AbortSignal;
}

export interface BenchRun {
  readonly trial: Trial;
  /** Cores that the generator used. */
  readonly generatorCores: number;
}

/** Sends at one rate after the other. Rejects with the signal's reason when that is aborted. */
export class Bench {
  readonly #parts: BenchParts;
  #seed = 1;

  constructor(parts: BenchParts) {
    this.#parts = parts;
  }

  /**
   * Tries one rate for so many seconds, or as long as it takes for its percentiles to mean something. `runIn`: seconds
   * before that at the same rate, whose latencies do not count.
   */
  run(rate: number, wished: number, runIn = 0): Promise<BenchRun> {
    return this.#send(rate, lengthOfRun(rate, wished), runIn);
  }

  /** One visitor, who comes again as soon as it was answered. */
  async alone(): Promise<Alone> {
    const { plan, signal } = this.#parts;
    const { records } = await runThreads(
      {
        ...plan,
        arrivals: { kind: "closed", visitors: 1, seconds: ALONE_SECONDS },
        seed: 1,
        sender: { mostConnections: 1, timeoutMs: this.#timeout },
      },
      1,
      { signal, hurry: signal, onSnapshot: () => {} },
    );
    signal.throwIfAborted();
    const { requests, failures, errors, latency } = records.total;
    const told = [...errors].toSorted(([, a], [, b]) => b - a).map(([error]) => error);
    return { requests, failures, p50: latency.percentile(50), errors: told };
  }

  /** Whoever takes much longer than the limit has failed already; nobody waits ten seconds for each of them. */
  get #timeout(): number {
    return Math.max(2_000, this.#parts.objective.p95 * 4);
  }

  async #send(rate: number, measured: number, runIn = 0): Promise<BenchRun> {
    const { plan, objective, threads, signal } = this.#parts;
    const seconds = runIn + measured;
    const inFlight: number[] = [];
    const begin = Math.max(runIn, seconds * SETTLING) * 1_000;
    const onSnapshot = ({ at, inFlight: now }: Snapshot): void => {
      if (at > begin && at <= seconds * 1_000) inFlight.push(now);
    };
    this.#seed += 1;
    const arrivals = { kind: "open", profile: constant(rate, seconds), spacing: "poisson" } as const;
    const result = await runThreads(
      { ...plan, arrivals, seed: this.#seed, sender: { mostConnections: MOST_CONNECTIONS, timeoutMs: this.#timeout } },
      threads,
      { signal, hurry: signal, onSnapshot },
    );
    signal.throwIfAborted();
    const { total, timeline } = result.records;
    const latency = runIn === 0 ? total.latency : timeline.latencySince(runIn * 1_000);
    // The last answer comes later than the last request, also where all is well.
    const taken = Math.max(seconds, (result.elapsed - objective.p95) / 1_000);
    const good = total.requests === 0 ? 0 : total.outcomes.ok / total.requests;
    const generator = reportGenerator(result, MOST_CONNECTIONS, Math.max(FINE_LATENESS, objective.p95 * TOLERATED));
    return {
      generatorCores: generator.cpu * threads,
      trial: {
        ...{ rate, seconds, requests: total.requests, inFlight, p50: latency.percentile(50) },
        answered: (rate * good * seconds) / taken,
        p95: latency.percentile(95),
        errorRate: total.errorRate,
        generator: generator.limits,
      },
    };
  }

  /** Waits until what an overload has left behind is worked off. */
  async settle(): Promise<void> {
    for (let probe = 0; probe < MOST_PROBES; probe += 1) {
      const { trial } = await this.#send(PROBE_RATE, 1);
      if (trial.errorRate === 0 && trial.p95 <= this.#parts.objective.p95) return;
    }
  }
}
