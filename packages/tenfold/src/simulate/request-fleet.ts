import type { WebSample } from "../scale/web/sample.ts";
import { quantile } from "../units/quantile.ts";
import { Random } from "../units/random.ts";
import { type Backend, Balancer } from "./balancing.ts";
import { EventHeap } from "./heap.ts";
import { Punctuality } from "./punctuality.ts";
import type { World } from "./world.ts";

/** What an instance does in its first seconds tells nothing of what requests cost, as for the engine. */
const WARM_UP = 20;

interface Server extends Backend {
  inFlight: number;
  state: "starting" | "ready" | "draining" | "gone";
  readonly start: number;
  readyAt: number;
  /** When the requests came that it has been given and cannot begin yet. */
  readonly waiting: number[];
}

type Event =
  | { readonly kind: "ready"; readonly server: Server; readonly fails: boolean }
  | { readonly kind: "crash"; readonly server: Server }
  | { readonly kind: "done"; readonly server: Server; readonly came: number; readonly busy: number };

/** What was counted since the last sample. */
interface Window {
  arrivals: number;
  shed: number;
  failed: number;
  busy: number;
  /** Of instances that are warm. */
  readonly work: { busySeconds: number; requests: number };
  readonly times: number[];
}

function emptyWindow(): Window {
  return { arrivals: 0, shed: 0, failed: 0, busy: 0, work: { busySeconds: 0, requests: 0 }, times: [] };
}

/** What a share of the times does not exceed. Sorts what it is given. */
export function percentileOf(times: number[], share: number): number {
  times.sort((a, b) => a - b);
  return quantile(times, share);
}

/** Every request and instance by itself: they boot, are given requests, work on them, drain or die, and are paid for. */
export class RequestFleet {
  readonly punctuality: Punctuality;
  /** Seconds that each answered request took. */
  readonly times: number[] = [];
  /** Instance-seconds of those that ended. */
  paid = 0;
  shed = 0;
  /** Requests whose instance died. */
  failed = 0;
  readonly #world: World;
  readonly #seconds: number;
  readonly #random: Random;
  /** Of its own, so that crashes change nothing else that is random. */
  readonly #fate: Random;
  readonly #balancer: Balancer;
  readonly #events = new EventHeap<Event>();
  readonly #servers: Server[] = [];
  #ready: Server[] = [];
  /** When the requests came that wait in the balancer, and how many of them have left it. */
  #queue: number[] = [];
  #left = 0;
  #window = emptyWindow();

  /** For a trace of so many seconds, with so many instances that have been ready for a while. */
  constructor(world: World, random: Random, { seconds, count }: { seconds: number; count: number }) {
    this.#world = world;
    this.#seconds = seconds;
    this.#random = random;
    this.#fate = new Random(Random.derive(world.seed, "crashes"));
    this.#balancer = new Balancer(world.balancing, random);
    this.punctuality = new Punctuality(seconds);
    for (let i = 0; i < count; i += 1)
      this.#servers.push({ inFlight: 0, state: "ready", start: 0, readyAt: -WARM_UP, waiting: [] });
    this.#ready = [...this.#servers];
    for (const server of this.#ready) this.#doom(server, 0);
  }

  get ready(): number {
    return this.#ready.length;
  }

  get starting(): number {
    return this.#servers.length - this.#ready.length;
  }

  /** Lets happen what does until then. */
  advance(until: number): void {
    while (this.#events.nextAt <= until) {
      const now = this.#events.nextAt;
      const event = this.#events.pop();
      if (event === undefined) return;
      if (event.kind === "done") this.#done(event, now);
      else if (event.kind === "ready") this.#booted(event, now);
      else this.#crash(event.server, now);
    }
  }

  arrive(now: number): void {
    this.#window.arrivals += 1;
    const { ceiling, limiter, slots, queue, service } = this.#world;
    const usable = ceiling === null ? this.#ready : this.#ready.slice(0, ceiling);
    const isCentral = queue === "balancer";
    const server = this.#balancer.pick(isCentral ? usable.filter(({ inFlight }) => inFlight < slots) : usable);
    const full = limiter === null ? Number.POSITIVE_INFINITY : (limiter * slots) / service.mean;
    if (server === undefined && isCentral && usable.length > 0) this.#queue.push(now);
    else if (server === undefined || server.waiting.length >= full) this.#refuse(now);
    else {
      server.inFlight += 1;
      if (server.inFlight - server.waiting.length > slots) server.waiting.push(now);
      else this.#serve(server, now, now);
    }
  }

  /** Starts or stops until that many run, the newest first. */
  resize(wanted: number, now: number): void {
    while (this.#servers.length < wanted) this.#launch(now);
    while (this.#servers.length > wanted) this.#stopNewest(now);
  }

  /** What the engine would see of the so many seconds since the last look, at a moment in milliseconds since 1970. */
  look(seconds: number, at: number): WebSample {
    const { arrivals, shed, failed, busy, work, times } = this.#window;
    this.#window = emptyWindow();
    return {
      at,
      arrivals: arrivals / seconds,
      shed: shed / seconds,
      failed: Math.min(1, failed / Math.max(1, arrivals - shed)),
      // What waits in the instances, nobody sees.
      queued: this.#queue.length - this.#left,
      work: work.requests === 0 ? null : work,
      cpu: this.ready === 0 ? 0 : Math.min(1, busy / seconds / this.ready),
      memory: null,
      p95: percentileOf(times, 0.95) * 1000,
    };
  }

  /** Answers what is under way, and gives what all instances cost until then, instance-seconds. */
  finish(now: number): number {
    for (const server of this.#servers) this.#pay(server, now);
    this.advance(Number.MAX_VALUE);
    while (this.#queue.length > this.#left) this.#refuse(this.#takeNext());
    return this.paid;
  }

  #launch(now: number): void {
    this.#servers.push(this.#boot(now, now, this.#random));
  }

  /** One that boots from now on, and is paid for since its start. */
  #boot(start: number, now: number, random: Random): Server {
    const { mean, variation, failure } = this.#world.boot;
    const server: Server = { inFlight: 0, state: "starting", start, readyAt: Number.NaN, waiting: [] };
    const fails = random.next() < failure;
    this.#events.push(now + random.lognormal(mean, variation), { kind: "ready", server, fails });
    return server;
  }

  /** Settles when one that serves from now on will die, if the trace is as long as that. */
  #doom(server: Server, now: number): void {
    if (this.#world.crash === null) return;
    const at = now + this.#fate.exponential(this.#world.crash);
    if (at < this.#seconds) this.#events.push(at, { kind: "crash", server });
  }

  /** All that it had been given fails, what it works on when that would have been done. It is started again in its place. */
  #crash(server: Server, now: number): void {
    if (server.state !== "ready") return;
    server.state = "gone";
    this.#ready = this.#ready.filter((one) => one !== server);
    this.#servers[this.#servers.indexOf(server)] = this.#boot(server.start, now, this.#fate);
    this.failed += server.inFlight;
    this.#window.failed += server.inFlight;
    for (const came of server.waiting) this.punctuality.count(came, true);
  }

  #stopNewest(now: number): void {
    const server = this.#servers.pop();
    if (server === undefined) return;
    const served = server.state === "ready";
    server.state = served ? "draining" : "gone";
    if (served) this.#ready = this.#ready.filter((one) => one !== server);
    this.#pay(server, served ? now + this.#world.drain : now);
  }

  #pay(server: Server, end: number): void {
    const { billing } = this.#world;
    this.paid += Math.ceil((end - server.start) / billing) * billing;
  }

  #booted({ server, fails }: Extract<Event, { kind: "ready" }>, now: number): void {
    if (server.state !== "starting") return;
    if (fails) {
      server.state = "gone";
      this.#servers.splice(this.#servers.indexOf(server), 1);
      this.#pay(server, now);
      return;
    }
    server.state = "ready";
    server.readyAt = now;
    this.#ready.push(server);
    this.#doom(server, now);
    if (this.#world.ceiling !== null && this.#ready.length > this.#world.ceiling) return;
    for (let slot = 0; slot < this.#world.slots; slot += 1) this.#takeUp(server, now);
  }

  #done({ server, came, busy }: Extract<Event, { kind: "done" }>, now: number): void {
    if (server.state === "gone") {
      this.punctuality.count(came, true);
      return;
    }
    const time = now - came;
    server.inFlight -= 1;
    if (now - busy - server.readyAt >= WARM_UP) {
      this.#window.work.requests += 1;
      this.#window.work.busySeconds += busy / this.#world.slots;
    }
    this.#window.times.push(time);
    this.times.push(time);
    this.punctuality.count(came, time > this.#world.slo.limit);
    const next = server.waiting.shift();
    if (next !== undefined) this.#serve(server, next, now);
    else if (server.state === "ready") this.#takeUp(server, now);
  }

  /** Gives an instance with a free slot what has waited longest in the balancer; who waited too long is refused. */
  #takeUp(server: Server, now: number): void {
    const { limiter } = this.#world;
    while (this.#queue.length > this.#left) {
      const came = this.#takeNext();
      if (limiter !== null && now - came > limiter) this.#refuse(came);
      else {
        server.inFlight += 1;
        this.#serve(server, came, now);
        return;
      }
    }
  }

  #takeNext(): number {
    const came = this.#queue[this.#left] ?? 0;
    this.#left += 1;
    if (this.#left < 1000 || this.#left < this.#queue.length / 2) return came;
    this.#queue = this.#queue.slice(this.#left);
    this.#left = 0;
    return came;
  }

  #refuse(came: number): void {
    this.#window.shed += 1;
    this.shed += 1;
    this.punctuality.count(came, true);
  }

  #serve(server: Server, came: number, now: number): void {
    const { service, warm, slots } = this.#world;
    const isWarm = now >= server.readyAt + warm.seconds;
    const busy = this.#random.lognormal(service.mean, service.variation) / (isWarm ? 1 : warm.speed);
    this.#window.busy += busy / slots;
    this.#events.push(now + busy, { kind: "done", server, came, busy });
  }
}
