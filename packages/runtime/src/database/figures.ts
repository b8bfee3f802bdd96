import { type Counter, type Histogram, type Meters, observe } from "../context/index.ts";

/** In seconds. */
const BOUNDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30];

/** Where a read went: to a replica, or to the primary and why. */
export type Route = "replica" | "own_write" | "behind" | "none" | "rerouted";

export class DatabaseFigures {
  readonly #took: Readonly<Record<"primary" | "replica", Histogram>>;
  readonly #routes: Readonly<Record<Route, Counter>>;
  readonly #failed: Readonly<Record<"retryable" | "indeterminate" | "failed", Counter>>;
  readonly slow: Counter;

  constructor(meters: Meters) {
    const took = (target: string) =>
      meters.histogram("tenfold_database_query_seconds", "Statements of the database.", BOUNDS, { target });
    this.#took = { primary: took("primary"), replica: took("replica") };
    const route = (to: Route) => meters.counter("tenfold_database_reads_total", "Reads by where they went.", { to });
    this.#routes = {
      replica: route("replica"),
      own_write: route("own_write"),
      behind: route("behind"),
      none: route("none"),
      rerouted: route("rerouted"),
    };
    const failed = (outcome: string) =>
      meters.counter("tenfold_database_failures_total", "Statements that failed, by what is left.", { outcome });
    this.#failed = {
      retryable: failed("retryable"),
      indeterminate: failed("indeterminate"),
      failed: failed("failed"),
    };
    this.slow = meters.counter("tenfold_database_slow_total", "Statements that took longer than `slow`.");
  }

  took(target: "primary" | "replica", milliseconds: number): void {
    observe(this.#took[target], milliseconds / 1_000);
  }

  routed(to: Route): void {
    this.#routes[to].value += 1;
  }

  failed(outcome: "retryable" | "indeterminate" | "failed"): void {
    this.#failed[outcome].value += 1;
  }
}
