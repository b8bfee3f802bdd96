import type { WebSample } from "../scale/web/sample.ts";
import { Random } from "../units/random.ts";
import { type Backend, Balancer } from "./balancing.ts";
import type { Stage } from "./fluid.ts";
import { EventHeap } from "./heap.ts";
import type { Policy } from "./policies/policy.ts";
import { ActionCounter, type Score } from "./score.ts";
import type { World } from "./world.ts";

/** More than that many requests take too long one by one. */
export const MOST_REQUESTS = 30_000_000;

interface Server extends Backend {
  inFlight: number;
  state: "starting" | "ready" | "draining" | "gone";
  readonly start: number;
  warmAt: number;
  readonly waiting: number[];
}

type Event =
  | { readonly kind: "ready"; readonly server: Server; readonly fails: boolean }
  | { readonly kind: "done"; readonly server: Server; readonly arrived: number };

interface Window {
  arrivals: number;
  shed: number;
  done: number;
  busy: number;
  times: number[];
}

function emptyWindow(): Window {
  return { arrivals: 0, shed: 0, done: 0, busy: 0, times: [] };
}

/** What one second saw. */
interface Second {
  answered: number;
  late: number;
}

/** The request engine's state: every request and instance by itself. */
class Simulation {
  readonly events = new EventHeap<Event>();
  readonly servers: Server[] = [];
  ready: Server[] = [];
  window = emptyWindow();
  second: Second = { answered: 0, late: 0 };
  paid = 0;
  shed = 0;
  readonly times: number[] = [];
  readonly #world: World;
  readonly #random: Random;
  readonly #balancer: Balancer;

  constructor(world: World, random: Random) {
    this.#world = world;
    this.#random = random;
    this.#balancer = new Balancer(world.balancing, random);
  }

  launch(now: number, ready: boolean): void {
    const { mean, variation, failure } = this.#world.boot;
    const server: Server = { inFlight: 0, state: ready ? "ready" : "starting", start: now, warmAt: now, waiting: [] };
    this.servers.push(server);
    if (ready) this.ready.push(server);
    else
      this.events.push(now + this.#random.lognormal(mean, variation), {
        kind: "ready",
        server,
        fails: this.#random.next() < failure,
      });
  }

  stopNewest(now: number): void {
    const server = this.servers.pop();
    if (server === undefined) return;
    const served = server.state === "ready";
    server.state = served ? "draining" : "gone";
    if (served) this.ready = this.ready.filter((one) => one !== server);
    this.pay(server, served ? now + this.#world.drain : now);
  }

  pay(server: Server, end: number): void {
    const { billing } = this.#world;
    this.paid += Math.ceil((end - server.start) / billing) * billing;
  }

  arrive(now: number): void {
    this.window.arrivals += 1;
    const { ceiling, limiter, slots } = this.#world;
    const usable = ceiling === null ? this.ready : this.ready.slice(0, ceiling);
    const server = this.#balancer.pick(usable);
    const full = limiter === null ? Number.POSITIVE_INFINITY : (limiter * slots) / this.#world.service.mean;
    if (server === undefined || server.waiting.length >= full) {
      this.window.shed += 1;
      this.shed += 1;
      this.second.answered += 1;
      this.second.late += 1;
      return;
    }
    server.inFlight += 1;
    if (server.inFlight - server.waiting.length > slots) server.waiting.push(now);
    else this.#serve(server, now, now);
  }

  happen(event: Event, now: number): void {
    const { server } = event;
    switch (event.kind) {
      case "ready":
        if (server.state !== "starting") return;
        if (event.fails) {
          server.state = "gone";
          this.servers.splice(this.servers.indexOf(server), 1);
          this.pay(server, now);
          return;
        }
        server.state = "ready";
        server.warmAt = now + this.#world.warm.seconds;
        this.ready.push(server);
        return;
      case "done": {
        const time = now - event.arrived;
        server.inFlight -= 1;
        this.window.done += 1;
        this.window.times.push(time);
        this.times.push(time);
        this.second.answered += 1;
        if (time > this.#world.slo.limit) this.second.late += 1;
        const next = server.waiting.shift();
        if (next !== undefined) this.#serve(server, next, now);
      }
    }
  }

  #serve(server: Server, arrived: number, now: number): void {
    const { service, warm } = this.#world;
    const time = this.#random.lognormal(service.mean, service.variation) / (now < server.warmAt ? warm.speed : 1);
    this.window.busy += time / this.#world.slots;
    this.events.push(now + time, { kind: "done", server, arrived });
  }
}

/** The 95th percentile, seconds. Sorts what it is given. */
export function p95Of(times: number[]): number {
  times.sort((a, b) => a - b);
  return times[Math.max(0, Math.ceil(times.length * 0.95) - 1)] ?? 0;
}

/** A score, and the response times of all requests (95th percentile, seconds), for comparison with a real run. */
export type RequestScore = Score & { readonly p95: number };

/**
 * The request engine: every request arrives, is given to an instance by the balancer's policy, waits, is served. Slow and
 * exact where the fluid engine is fast and simple; deploys and retries are the fluid engine's only.
 */
export function simulateRequests({ trace, world, optimum, need }: Stage, policy: Policy): RequestScore {
  const { rate, start } = trace;
  const random = new Random(Random.derive(world.seed, "requests"));
  const simulation = new Simulation(world, random);
  const actions = new ActionCounter();
  const pending: { readonly at: number; readonly sample: WebSample | null }[] = [];
  let wanted = Math.max(world.min, need[0] ?? 0);
  let peak = wanted;
  let violationSeconds = 0;
  let violatedRequests = 0;
  let offered = 0;
  for (let i = 0; i < wanted; i += 1) simulation.launch(0, true);
  for (let t = 0; t < rate.length; t += 1) {
    const count = random.poisson(rate[t] ?? 0);
    offered += count;
    const arrivals = Array.from({ length: count }, () => t + random.next()).sort((a, b) => a - b);
    for (const at of [...arrivals, t + 1]) {
      while (simulation.events.nextAt <= at) {
        const now = simulation.events.nextAt;
        const event = simulation.events.pop();
        if (event !== undefined) simulation.happen(event, now);
      }
      if (at < t + 1) simulation.arrive(at);
    }
    const { answered, late } = simulation.second;
    if (answered > 0 && late / answered > world.slo.late) {
      violationSeconds += 1;
      violatedRequests += late;
    }
    simulation.second = { answered: 0, late: 0 };
    if ((t + 1) % world.metrics.interval === 0) {
      const lost = random.next() < world.metrics.loss;
      pending.push({
        at: t + 1 + world.metrics.delay,
        sample: lost ? null : measure(simulation, start + (t + 1) * 1000, world),
      });
      simulation.window = emptyWindow();
    }
    const next = pending[0];
    if (next === undefined || next.at > t + 1) continue;
    pending.shift();
    const ready = simulation.ready.length;
    const counts = { wanted, ready, starting: simulation.servers.length - ready };
    const now = start + (t + 1) * 1000;
    const answer = policy.decide({ sample: next.sample, counts, deploying: false, second: t + 1, now });
    const target = Math.max(world.min, Math.min(world.max, Math.round(answer)));
    actions.change(target - wanted, t);
    wanted = target;
    peak = Math.max(peak, wanted);
    while (simulation.servers.length < wanted) simulation.launch(t + 1, false);
    while (simulation.servers.length > wanted) simulation.stopNewest(t + 1);
  }
  for (const server of simulation.servers) simulation.pay(server, rate.length);
  const days = rate.length / 86_400;
  return {
    policy: policy.name,
    foresight: policy.foresight === true,
    instanceHours: simulation.paid / 3600,
    ratio: simulation.paid / optimum,
    violationPercent: (100 * violationSeconds) / rate.length,
    violationSeconds,
    violatedRequests,
    shedPercent: offered === 0 ? 0 : (100 * simulation.shed) / offered,
    actionsPerDay: actions.actions / days,
    reversalsPerDay: actions.reversals / days,
    peakInstances: peak,
    p95: p95Of(simulation.times),
  };
}

function measure({ window, ready }: Simulation, at: number, world: World): WebSample {
  const { interval } = world.metrics;
  const queued = ready.reduce((sum, { waiting }) => sum + waiting.length, 0);
  const busy = ready.length === 0 ? 0 : window.busy / interval / ready.length;
  return {
    at,
    arrivals: window.arrivals / interval,
    shed: window.shed / interval,
    failed: 0,
    queued,
    // What is begun in a window and what ends in it differ by less than chance does.
    work: window.done === 0 ? null : { busySeconds: window.busy, requests: window.done },
    cpu: Math.min(1, busy),
    memory: null,
    p95: p95Of(window.times) * 1000,
  };
}

/** Whether the request engine can take so many. */
export function requestsOf({ rate }: Stage["trace"]): number {
  return rate.reduce((sum, value) => sum + value, 0);
}
