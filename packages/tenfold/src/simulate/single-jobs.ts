import { Random } from "../units/random.ts";
import type { SimulatedFleet } from "./fleet.ts";
import { EventHeap } from "./heap.ts";
import type { JobLook, JobWork } from "./job-work.ts";
import type { Punctuality } from "./punctuality.ts";
import type { World } from "./world.ts";

interface Job {
  readonly came: number;
  /** How long it keeps one slot busy. */
  readonly seconds: number;
  /** When a worker took it. */
  begun: number;
  /** Its worker died. */
  lost: boolean;
}

/**
 * Every job by itself: it waits until a slot is free, the oldest first, and is late when it waited too long. A job is
 * as long under every policy. Whoever is stopped ends what it has in hand; those with nothing in hand go first.
 */
export class SingleJobs implements JobWork {
  readonly #world: World;
  readonly #fleet: SimulatedFleet;
  readonly #punctuality: Punctuality;
  readonly #random: Random;
  /** Of its own, so that crashes change nothing else that is random. */
  readonly #fate: Random;
  /** Those that are being worked on, by when they end. */
  readonly #ends = new EventHeap<Job>();
  #inHand = 0;
  /** Those that wait, and how many of them have been taken. */
  #queue: Job[] = [];
  #taken = 0;
  #window = { arrivals: 0, jobs: 0, busySeconds: 0 };

  constructor(world: World, fleet: SimulatedFleet, punctuality: Punctuality) {
    this.#world = world;
    this.#fleet = fleet;
    this.#punctuality = punctuality;
    this.#random = new Random(Random.derive(world.seed, "jobs"));
    this.#fate = new Random(Random.derive(world.seed, "lost jobs"));
  }

  get isDone(): boolean {
    return this.#inHand === 0 && this.#waiting === 0;
  }

  get #waiting(): number {
    return this.#queue.length - this.#taken;
  }

  advance(second: number, rate: number, died: number): void {
    for (let i = died; i > 0; i -= 1) this.#lose(this.#fleet.ready + i);
    const { mean, variation } = this.#world.service;
    const count = this.#random.poisson(rate);
    const arrivals = Array.from({ length: count }, () => second + this.#random.next()).sort((a, b) => a - b);
    this.#takeUp(second);
    for (const came of arrivals) {
      this.#workUntil(came);
      this.#queue.push({ came, seconds: this.#random.lognormal(mean, variation), begun: 0, lost: false });
      this.#takeUp(came);
    }
    this.#workUntil(second + 1);
    this.#window.arrivals += count;
  }

  look(now: number, seconds: number): JobLook {
    const { arrivals, jobs, busySeconds } = this.#window;
    this.#window = { arrivals: 0, jobs: 0, busySeconds: 0 };
    const oldest = this.#queue[this.#taken];
    const sample = {
      arrivals: arrivals / seconds,
      queued: this.#waiting,
      inFlight: this.#inHand,
      oldest: oldest === undefined ? 0 : (now - oldest.came) * 1000,
      due: null,
      work: { busySeconds, jobs },
    };
    return { sample, busy: Math.min(this.#fleet.ready, Math.ceil(this.#inHand / this.#world.slots)) };
  }

  giveUp(): void {
    for (; this.#waiting > 0; this.#taken += 1) this.#punctuality.count(this.#queue[this.#taken]?.came ?? 0, true);
    for (const job of this.#ends.events()) if (!job.lost) this.#count(job);
  }

  #count({ came, begun }: Job): void {
    this.#punctuality.count(came, begun - came > this.#world.slo.limit);
  }

  #workUntil(until: number): void {
    while (this.#ends.nextAt <= until) {
      const now = this.#ends.nextAt;
      const job = this.#ends.pop();
      if (job === undefined) return;
      if (job.lost) continue;
      this.#inHand -= 1;
      this.#window.jobs += 1;
      this.#window.busySeconds += job.seconds;
      this.#count(job);
      this.#takeUp(now);
    }
  }

  #takeUp(now: number): void {
    const { ready, capacity } = this.#fleet;
    while (this.#inHand < ready * this.#world.slots) {
      const job = this.#queue[this.#taken];
      if (job === undefined) return;
      this.#taken += 1;
      if (this.#taken >= 1000 && this.#taken >= this.#queue.length / 2) {
        this.#queue = this.#queue.slice(this.#taken);
        this.#taken = 0;
      }
      job.begun = now;
      this.#inHand += 1;
      this.#ends.push(now + (job.seconds * ready) / capacity, job);
    }
  }

  /** What one of so many had in hand is next again, from its beginning. */
  #lose(workers: number): void {
    const { slots } = this.#world;
    const share = this.#inHand / (workers * slots);
    for (let slot = 0; slot < slots; slot += 1) {
      if (this.#fate.next() >= share) continue;
      const jobs = [...this.#ends.events()].filter(({ lost }) => !lost);
      const job = jobs[Math.floor(this.#fate.next() * jobs.length)];
      if (job === undefined) return;
      job.lost = true;
      this.#inHand -= 1;
      this.#queue.splice(this.#taken, 0, { ...job, lost: false });
    }
  }
}
