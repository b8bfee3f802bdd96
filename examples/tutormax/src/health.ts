import { type Clock, withDeadline } from "./deadline.ts";
import { describeError } from "./log.ts";

/** Asks a service once, and throws when it does not answer. `null`: it is not configured. */
export type Check = (() => Promise<unknown>) | null;

export interface HealthReport {
  /** `degraded`: this instance serves, but not all of it works. */
  readonly status: "ok" | "degraded";
  /** `ok`, `disabled`, or `error: ` and what is wrong. */
  readonly database: string;
  readonly redis: string;
}

/** Milliseconds. */
const DEADLINE = 500;
const KEPT = 1_000;

/**
 * Looks at the services that the application needs, at most once a second however often it is asked.
 *
 * A service that is down makes it degraded and never unhealthy: that is down for every instance alike, and a balancer
 * that took them all out would turn half an outage into a whole one.
 */
export class Health {
  readonly #checks: { readonly database: Check; readonly redis: Check };
  readonly #clock: Clock;
  #last: { readonly at: number; readonly report: Promise<HealthReport> } | undefined;

  constructor(checks: { readonly database: Check; readonly redis: Check }, clock: Clock) {
    this.#checks = checks;
    this.#clock = clock;
  }

  /** Never throws, and answers within half a second. */
  async report(): Promise<HealthReport> {
    const now = this.#clock();
    if (this.#last === undefined || now - this.#last.at >= KEPT) this.#last = { at: now, report: this.#look() };
    return await this.#last.report;
  }

  async #look(): Promise<HealthReport> {
    const [database, redis] = await Promise.all([look(this.#checks.database), look(this.#checks.redis)]);
    const status = [database, redis].some((state) => state.startsWith("error")) ? "degraded" : "ok";
    return { status, database, redis };
  }
}

async function look(check: Check): Promise<string> {
  if (check === null) return "disabled";
  try {
    await withDeadline(check(), DEADLINE, () => new Error(`no answer within ${DEADLINE} ms`));
    return "ok";
  } catch (error) {
    return `error: ${describeError(error)}`;
  }
}
