import type { EncodedRequest, HttpSender } from "../http/sender.ts";
import type { Answer, LoadRecord, Outcome } from "../record.ts";
import type { Arrival, RunClock } from "../run/schedule.ts";
import { sleep } from "../run/sleep.ts";
import { intendedBy } from "../scenario/intended.ts";
import type { HttpStep, Journey, SocketStep, StatusRange, Step } from "../scenario/scenario.ts";
import { needsBody, takeCaptures } from "./capture.ts";
import { isFixed, renderRequest, tryRender } from "./render-step.ts";
import type { Visitor } from "./visitor.ts";

/** What visits share. */
export interface VisitOptions {
  readonly sender: HttpSender;
  readonly clock: RunClock;
  readonly random: () => number;
  readonly onRecord: (record: LoadRecord) => void;
  /** Called for each step of a visit that begins, with how many requests it is meant to make. */
  readonly onIntended: (step: string, count: number) => void;
  /** Takes a WebSocket step and makes its records; tells whether all went well. */
  readonly socket: (step: SocketStep, visitor: Visitor, at: Arrival) => Promise<boolean>;
  /** Whether the pause after the last step counts: where the visitor comes again. */
  readonly pausesAtEnd: boolean;
  readonly signal: AbortSignal;
}

function expects(ranges: readonly StatusRange[]): (status: number) => boolean {
  return (status) => ranges.some(({ from, to }) => status >= from && status <= to);
}

/** How a visit went. `nothing`: chance left every step out. */
export type Visited = "done" | "failed" | "nothing";

/** A step, made ready for being sent many times. */
interface Prepared {
  readonly expects: (status: number) => boolean;
  readonly keepsBody: boolean;
  /** The request where it is the same for all; a visitor with cookies makes its own. */
  readonly fixed: EncodedRequest | null;
}

/** Takes journeys, one visitor at a time each. */
export class Visits {
  readonly #options: VisitOptions;
  readonly #prepared = new Map<HttpStep, Prepared>();
  #abandoned = 0;

  constructor(options: VisitOptions) {
    this.#options = options;
  }

  /** Visits that ended at a step that failed. */
  get abandoned(): number {
    return this.#abandoned;
  }

  /**
   * Takes the steps one after the other: the first is due when the arrival is, each other when the pause before it ends.
   */
  async take(journey: Journey, visitor: Visitor, arrival: Arrival): Promise<Visited> {
    const { clock, random, signal, pausesAtEnd } = this.#options;
    let at = arrival;
    let visited: Visited = "nothing";
    for (const step of this.#choose(journey)) {
      const ended = await this.#step(step, visitor, at);
      if (ended === "cancelled") return visited;
      if (ended === "failed") {
        this.#abandoned += 1;
        return "failed";
      }
      visited = "done";
      const isLast = step === journey.steps.at(-1);
      let intendedAt = clock.now();
      if (step.think !== null && (pausesAtEnd || !isLast)) {
        const { from, to } = step.think;
        const pause = from + random() * (to - from);
        intendedAt += pause;
        await sleep(pause, signal);
      }
      if (signal.aborted) return visited;
      at = { index: arrival.index, intendedAt, sentAt: clock.now() };
    }
    return visited;
  }

  /** The steps that chance leaves to a visit, which are what it is meant to do. */
  #choose({ steps }: Journey): readonly Step[] {
    const { random, onIntended } = this.#options;
    const chosen = steps.filter(({ chance }) => chance >= 1 || random() < chance);
    for (const step of chosen) for (const [name, count] of intendedBy(step)) onIntended(name, count);
    return chosen;
  }

  #prepare(step: HttpStep): Prepared {
    const known = this.#prepared.get(step);
    if (known !== undefined) return known;
    const fixed = isFixed(step)
      ? this.#options.sender.encode(
          renderRequest(
            step,
            () => undefined,
            () => null,
          ),
        )
      : null;
    const prepared = { expects: expects(step.expect), keepsBody: step.captures.some(needsBody), fixed };
    this.#prepared.set(step, prepared);
    return prepared;
  }

  /** The request and its path, or why there is none. */
  #render(
    step: HttpStep,
    { jar, lookup }: Visitor,
  ): { readonly request: EncodedRequest; readonly path: string } | string {
    const { fixed } = this.#prepare(step);
    if (fixed !== null && jar.header(step.path) === null) return { request: fixed, path: step.path };
    return tryRender(() => {
      const request = renderRequest(step, lookup, (path) => jar.header(path));
      return { request: this.#options.sender.encode(request), path: request.path };
    });
  }

  /** `cancelled`: the user gave it up, which is nobody's failure. */
  async #step(step: Step, visitor: Visitor, at: Arrival): Promise<"fine" | "failed" | "cancelled"> {
    if (step.kind === "websocket") return (await this.#options.socket(step, visitor, at)) ? "fine" : "failed";
    const outcome = await this.#request(step, visitor, at);
    return outcome === "ok" ? "fine" : outcome === "cancelled" ? "cancelled" : "failed";
  }

  async #request(step: HttpStep, visitor: Visitor, at: Arrival): Promise<Outcome> {
    const { sender, clock, onRecord } = this.#options;
    const { jar, variables } = visitor;
    const { expects, keepsBody } = this.#prepare(step);
    const rendered = this.#render(step, visitor);
    const answer: Answer =
      typeof rendered === "string"
        ? { outcome: "check", status: null, error: rendered, attempts: 0, bytes: 0 }
        : await sender.send(rendered.request, {
            expects,
            keepsBody,
            inspect: (found) => {
              jar.take(found.head, rendered.path, Date.now());
              return expects(found.status) ? takeCaptures(step.captures, found, jar, variables) : null;
            },
          });
    onRecord({ ...answer, ...at, step: step.name, endedAt: clock.now() });
    return answer.outcome;
  }
}
