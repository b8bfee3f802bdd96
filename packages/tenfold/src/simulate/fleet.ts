import type { Random } from "../units/random.ts";
import type { World } from "./world.ts";

interface Instance {
  readonly start: number;
  readonly readyAt: number;
  readonly fails: boolean;
  gone: boolean;
}

/** Instances that boot, warm up, serve, drain, and are paid for. The newest are stopped first. */
export class SimulatedFleet {
  readonly #world: World;
  readonly #random: Random;
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

  /** What happens by itself in this second. */
  advance(now: number): void {
    const warm = this.#warmAt.get(now);
    if (warm !== undefined) {
      this.warming -= Math.min(warm, this.warming);
      this.#warmAt.delete(now);
    }
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
    const { mean, variation, failure } = this.#world.boot;
    const readyAt = now + Math.max(1, Math.round(this.#random.lognormal(mean, variation)));
    const instance = { start: now, readyAt, fails: failure > 0 && this.#random.next() < failure, gone: false };
    this.#running.push(instance);
    const list = this.#booting.get(readyAt);
    if (list === undefined) this.#booting.set(readyAt, [instance]);
    else list.push(instance);
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
