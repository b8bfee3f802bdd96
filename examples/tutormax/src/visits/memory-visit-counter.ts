import type { Visit, VisitCounter } from "./visit-counter.ts";
import { newVisitorId, visitorKey } from "./visitor-id.ts";

/** The visitors who came longest ago go when there are more. */
const LIMIT = 10_000;

interface Counted {
  readonly visits: number;
  readonly request: string;
}

/** For a single process without Redis: each instance counts for itself. */
export class MemoryVisitCounter implements VisitCounter {
  readonly #counts = new Map<string, Counted>();

  async count(visitor: string | null, request: string): Promise<Visit> {
    const known = visitor === null ? undefined : this.#counts.get(visitorKey(visitor));
    const id = visitor === null || known === undefined ? newVisitorId() : visitor;
    const visits = (known?.visits ?? 0) + (known?.request === request ? 0 : 1);

    // Deleted first, so that the order of the map is that of the last visits.
    this.#counts.delete(visitorKey(id));
    this.#counts.set(visitorKey(id), { visits, request });
    const oldest = this.#counts.keys().next();
    if (this.#counts.size > LIMIT && !oldest.done) this.#counts.delete(oldest.value);
    return { visitor: id, visits };
  }
}
