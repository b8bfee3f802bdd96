import type { Counter, Histogram, Meters } from "../context/index.ts";
import { observe } from "../context/index.ts";
import { cappedCounter, Family } from "./family.ts";

/** In seconds. */
const BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

/** Ends the measuring of a request. Idempotent. */
export type EndRequest = (status: number, route?: string) => void;

/** Requests by method, route and status; a route is the pattern that a framework matched, and never a path. */
export class Requests {
  readonly #durations: Family<Histogram>;
  readonly #errors: Family<Counter>;
  #inFlight = 0;

  constructor(meters: Meters, most: number) {
    const name = "tenfold_http_request_duration_seconds";
    const help = "Requests, from their head to the end of their answer.";
    this.#durations = new Family(["method", "route", "status"], most, cappedCounter(meters, name), (labels) =>
      meters.histogram(name, help, BOUNDS, labels),
    );
    const errors = "tenfold_http_request_errors_total";
    this.#errors = new Family(["reason"], 3, cappedCounter(meters, errors), (labels) =>
      meters.counter(errors, "Requests that were answered by 5xx, or not to their end.", labels),
    );
    meters.gauge("tenfold_http_requests_in_flight", "Requests that are under way.", () => this.#inFlight);
  }

  /** How many are under way. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** A request has begun. `status` 0 at its end: the visitor went away, or the answer was cut. */
  begin(method: string): EndRequest {
    const started = performance.now();
    let ended = false;
    this.#inFlight += 1;
    return (status, route = "other") => {
      if (ended) return;
      ended = true;
      this.#inFlight -= 1;
      const kind = METHODS.has(method) ? method : "other";
      const told = status === 0 ? "aborted" : `${status}`;
      observe(this.#durations.of([kind, route, told]), (performance.now() - started) / 1_000);
      if (status === 0 || status >= 500) this.#errors.of([status === 0 ? "aborted" : "status"]).value += 1;
    };
  }
}
