import { Random } from "../units/random.ts";
import type { World } from "./world.ts";

interface Instance {
  readonly start: number;
  readonly readyAt: number;
  readonly fails: boolean;
  gone: boolean;
}

/** Instances that boot, warm up, serve, drain or die, and are paid for. The newest are stopped first. */
export class SimulatedFleet {
  readonly #world: World;
  readonly #random: Random;
  /** Of its own, so that crashes change nothing else that is random. */
  readonly #fate: Random;
  /** Instance-seconds of service until the next one dies. */
  #untilCrash: number;
  readonly #running: Instance[] = [];
  readonly #booting = new Map<number, Instance[]>();
  readonly #warmAt = new Map<number, number>();
  ready = 0;
  warming = 0;
  /** Instance-seconds of those that ended. */
  #paid = 0;

  constructor(world: World, random: Random, count: number) {
    this.#world = world;
    this.#random = random;
    this.#fate = new Random(Random.derive(world.seed, "crashes"));
    this.#untilCrash = world.crash === null ? Number.POSITIVE_INFINITY : this.#fate.exponential(world.crash);
    for (let i = 0; i < count; i += 1) this.#running.push({ start: 0, readyAt: 0, fails: false, gone: false });
    this.ready = count;
  }

  get starting(): number {
    return this.#running.length - this.ready;
  }

  /** In instances at full speed. */
  get capacity(): number {
    return this.ready - this.warming * (1 - this.#world.warm.speed);
  }

  /** What happens by itself in this second. Gives how many of those that served have died. */
  advance(now: number): number {
    const warm = this.#warmAt.get(now);
    if (warm !== undefined) {
      this.warming -= Math.min(warm, this.warming);
      this.#warmAt.delete(now);
    }
    this.#finishBoots(now);
    return this.#world.crash === null ? 0 : this.#crash(now, this.#world.crash);
  }

  #finishBoots(now: number): void {
    const booted = this.#booting.get(now);
    if (booted === undefined) return;
    this.#booting.delete(now);
    for (const instance of booted) {
      if (instance.gone) continue;
      if (instance.fails) {
        this.#running.splice(this.#running.indexOf(instance), 1);
        this.#pay(instance, now);
      } else {
        this.ready += 1;
        this.#warmUp(1, now);
      }
    }
  }

  /** Starts or stops until that many run. */
  resize(wanted: number, now: number): void {
    while (this.#running.length < wanted) this.#launch(now);
    while (this.#running.length > wanted) this.#stop(now);
  }

  /** Every instance is replaced: a share of them at a time is cold. */
  chill(count: number, now: number): void {
    this.#warmUp(Math.min(count, this.ready - this.warming), now);
  }

  /** All that has been and will be paid for, instance-seconds. */
  total(now: number): number {
    let sum = this.#paid;
    for (const { start } of this.#running) sum += this.#charge(now - start);
    return sum;
  }

  #warmUp(count: number, now: number): void {
    const { seconds } = this.#world.warm;
    if (seconds === 0 || count <= 0) return;
    this.warming += count;
    this.#warmAt.set(now + seconds, (this.#warmAt.get(now + seconds) ?? 0) + count);
  }

  #launch(now: number): void {
    this.#running.push(this.#boot(now, now, this.#random));
  }

  /** Boots from now on, and is paid for since its start. */
  #boot(start: number, now: number, random: Random): Instance {
    const { mean, variation, failure } = this.#world.boot;
    const readyAt = now + Math.max(1, Math.round(random.lognormal(mean, variation)));
    const instance = { start, readyAt, fails: failure > 0 && random.next() < failure, gone: false };
    const list = this.#booting.get(readyAt);
    if (list === undefined) this.#booting.set(readyAt, [instance]);
    else list.push(instance);
    return instance;
  }

  /** Whoever dies keeps its place, and boots anew. */
  #crash(now: number, mean: number): number {
    let died = 0;
    for (this.#untilCrash -= this.ready; this.#untilCrash <= 0; this.#untilCrash += this.#fate.exponential(mean)) {
      const serving = this.#running.filter(({ readyAt }) => readyAt <= now);
      const dead = serving[Math.floor(this.#fate.next() * serving.length)];
      if (dead === undefined) continue;
      this.#running[this.#running.indexOf(dead)] = this.#boot(dead.start, now, this.#fate);
      this.ready -= 1;
      this.warming = Math.min(this.warming, this.ready);
      died += 1;
    }
    return died;
  }

  #stop(now: number): void {
    const instance = this.#running.pop();
    if (instance === undefined) return;
    instance.gone = true;
    const served = instance.readyAt <= now;
    if (served) {
      this.ready -= 1;
      this.warming = Math.min(this.warming, this.ready);
    }
    this.#pay(instance, served ? now + this.#world.drain : now);
  }

  #pay(instance: Instance, end: number): void {
    this.#paid += this.#charge(end - instance.start);
  }

  #charge(seconds: number): number {
    return Math.ceil(seconds / this.#world.billing) * this.#world.billing;
  }
}
