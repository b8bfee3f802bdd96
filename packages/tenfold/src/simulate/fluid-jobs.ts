import { Random } from "../units/random.ts";
import type { SimulatedFleet } from "./fleet.ts";
import type { JobLook, JobWork } from "./job-work.ts";
import type { Punctuality } from "./punctuality.ts";
import type { World } from "./world.ts";

interface Part {
  readonly at: number;
  jobs: number;
}

/** Jobs in the order in which they came, by the second. */
class Backlog {
  readonly #parts: Part[] = [];
  #first = 0;
  size = 0;

  add(at: number, jobs: number): void {
    if (jobs > 0) this.#parts.push({ at, jobs });
    this.size += jobs;
  }

  /** Takes the oldest: how many of those that came when. */
  *take(jobs: number): Generator<Part> {
    let left = jobs;
    while (left > 1e-9) {
      const part = this.#parts[this.#first];
      if (part === undefined) break;
      const taken = Math.min(left, part.jobs);
      part.jobs -= taken;
      this.size -= taken;
      left -= taken;
      if (part.jobs <= 1e-9) this.#first += 1;
      yield { at: part.at, jobs: taken };
    }
    if (this.#first > 1000) {
      this.#parts.splice(0, this.#first);
      this.#first = 0;
    }
    if (this.#first === this.#parts.length) this.size = 0;
  }

  /** Puts back what was taken last; it is next again. */
  putBack(at: number, jobs: number): void {
    if (jobs > 0) this.#parts.splice(this.#first, 0, { at, jobs });
    this.size += jobs;
  }

  oldest(now: number): number {
    const part = this.#parts[this.#first];
    return part === undefined ? 0 : now - part.at;
  }
}

/**
 * Jobs by the second: for numbers that would take too long one by one. How many are worked off varies as the lengths of
 * jobs do. Waits are whole seconds.
 */
export class FluidJobs implements JobWork {
  readonly #world: World;
  readonly #fleet: SimulatedFleet;
  readonly #punctuality: Punctuality;
  readonly #random: Random;
  readonly #backlog = new Backlog();
  #window = { arrivals: 0, done: 0 };
  /** What long jobs have taken of the next second. */
  #short = 0;
  /** Jobs that one worker has in hand, when the last of them came, and the share of them that was late. */
  #inHand = { jobs: 0, at: 0, late: 0 };

  constructor(world: World, fleet: SimulatedFleet, punctuality: Punctuality) {
    this.#world = world;
    this.#fleet = fleet;
    this.#punctuality = punctuality;
    this.#random = new Random(Random.derive(world.seed, "jobs"));
  }

  get isDone(): boolean {
    return this.#backlog.size <= 1e-6;
  }

  advance(second: number, rate: number, died: number): void {
    this.#lose(died);
    const { service, slots, slo } = this.#world;
    const came = this.#random.poisson(rate);
    this.#backlog.add(second, came);
    const mean = (this.#fleet.capacity * slots) / service.mean;
    const some = this.#short + mean + service.variation * Math.sqrt(mean) * this.#random.normal();
    const possible = Math.max(0, some);
    this.#short = Math.min(0, some);
    let [done, late, at] = [0, 0, second];
    for (const part of this.#backlog.take(Math.min(possible, this.#backlog.size))) {
      const isLate = second - part.at > slo.limit;
      this.#punctuality.count(part.at, isLate, part.jobs);
      done += part.jobs;
      if (isLate) late += part.jobs;
      at = part.at;
    }
    const { ready } = this.#fleet;
    const jobs = ready === 0 ? 0 : Math.min(slots, (done * service.mean) / ready);
    this.#inHand = { jobs, at, late: done === 0 ? 0 : late / done };
    this.#window.arrivals += came;
    this.#window.done += done;
  }

  look(now: number, seconds: number): JobLook {
    const { service, slots } = this.#world;
    const { arrivals, done } = this.#window;
    this.#window = { arrivals: 0, done: 0 };
    const { ready } = this.#fleet;
    const inFlight = Math.min(ready * slots, Math.round((done / seconds) * service.mean));
    const sample = {
      arrivals: arrivals / seconds,
      queued: Math.round(this.#backlog.size),
      inFlight,
      oldest: this.#backlog.oldest(now - 1) * 1000,
      due: null,
      work: { busySeconds: done * service.mean, jobs: done },
    };
    return { sample, busy: Math.min(ready, Math.ceil(inFlight / slots)) };
  }

  giveUp(): void {
    for (const { at, jobs } of this.#backlog.take(this.#backlog.size)) this.#punctuality.count(at, true, jobs);
  }

  /** The jobs of those that died are done again, and are late or not by then. */
  #lose(died: number): void {
    const { jobs, at, late } = this.#inHand;
    const lost = died * jobs;
    if (lost === 0) return;
    this.#backlog.putBack(at, lost);
    this.#punctuality.count(at, true, -lost * late);
    this.#punctuality.count(at, false, -lost * (1 - late));
  }
}
