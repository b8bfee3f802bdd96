import type { RedisFigures } from "../fleet/figures.ts";
import { recentLatency } from "../fleet/latency.ts";
import type { Member, MemberName } from "../fleet/member.ts";
import type { MemberColumns, Observation } from "../fleet/observation.ts";
import type { QueueReading, Services } from "../services/service.ts";
import { localPostgres } from "../spec/local.ts";
import { MachineCores } from "./machine-cores.ts";
import type { Members } from "./members.ts";
import type { Sampler } from "./sampler.ts";

const EVERY_MS = 5_000;
/** An hour. */
const KEPT = 720;
/** Of older ones, what each single instance did and the counts of answers are dropped: their sums stay. */
const WHOLE = 24;

export interface ObserverParts {
  readonly members: Members;
  readonly services: Services;
  readonly sampler: Sampler;
  readonly now: () => number;
  /** Called with each new observation and the one before. */
  readonly seen: (now: Observation, before: Observation | null) => void;
}

/**
 * Looks at the whole fleet every five seconds, and remembers an hour. Whoever does not answer is left out: a look never
 * waits longer than the limits of its questions, and two looks never overlap.
 */
export class Observer {
  readonly #parts: ObserverParts;
  readonly #timer: NodeJS.Timeout;
  readonly #kept: Observation[] = [];
  readonly #cores = new MachineCores();
  #looking = false;
  #closed = false;

  constructor(parts: ObserverParts) {
    this.#parts = parts;
    this.#timer = setInterval(() => void this.#tick(), EVERY_MS).unref();
  }

  /** The last hour, oldest first. */
  get all(): readonly Observation[] {
    return this.#kept;
  }

  get latest(): Observation | null {
    return this.#kept.at(-1) ?? null;
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#timer);
  }

  async #tick(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    try {
      const observation = await this.look();
      if (this.#closed) return;
      const before = this.latest;
      this.#kept.push(observation);
      if (this.#kept.length > KEPT) this.#kept.shift();
      this.#shorten();
      this.#parts.seen(observation, before);
    } finally {
      this.#looking = false;
    }
  }

  async look(): Promise<Observation> {
    const { members, services, now } = this.#parts;
    const context = members.context();
    const { spec, topology } = context.fleet;
    const named = (name: MemberName | null): Member | null => (name === null ? null : (members.find(name) ?? null));
    const isThere = (member: Member | null | undefined): member is Member =>
      member != null && members.isReady(member.name);
    const primary = named(topology.postgresPrimary);
    const pooler = members.ofKind("pooler")[0];
    const [web, database, poolerFigures, redis, queues] = await Promise.all([
      members.ofKind("balancer").some(isThere) ? services.balancer.figures(context) : null,
      localPostgres(spec) !== null && isThere(primary) ? services.postgres.figures(context, primary) : null,
      isThere(pooler) ? services.pooler.figures(context) : null,
      this.#redis(),
      this.#queues(),
    ]);
    const at = now();
    const machine = this.#cores.look();
    const latency = recentLatency([...this.#kept.slice(-WHOLE), { at, web }]);
    return {
      ...(machine === null ? {} : { machine }),
      ...{ at, members: this.#columns(), web, latency, database, pooler: poolerFigures, redis },
      queues: new Map(queues.flatMap(([name, { figures }]) => (figures === null ? [] : [[name, figures]]))),
      unread: new Map(queues.flatMap(([name, { unread }]) => (unread === null ? [] : [[name, unread]]))),
    };
  }

  async #redis(): Promise<ReadonlyMap<MemberName, RedisFigures>> {
    const { members, services } = this.#parts;
    const asked = [...members.ofKind("redis"), ...members.ofKind("cache")].filter(({ name }) => members.isReady(name));
    const answers = await Promise.all(
      asked.map(async (member) => [member.name, await services.redis.figures(members.context(), member)] as const),
    );
    return new Map(answers.flatMap(([name, figures]) => (figures === null ? [] : [[name, figures]])));
  }

  async #queues(): Promise<readonly (readonly [worker: string, reading: QueueReading])[]> {
    const { members, services } = this.#parts;
    const asked = Object.entries(members.fleet.spec.workers).flatMap(
      ([
        name,
        {
          scale: { source },
        },
      ]) => (source === null ? [] : [{ name, source }]),
    );
    return Promise.all(
      asked.map(
        async ({ name, source }) => [name, await services.queues.read(members.context(), name, source)] as const,
      ),
    );
  }

  #columns(): MemberColumns {
    const { members, sampler } = this.#parts;
    const keepers = [...members.keepers.values()].filter(({ running }) => running !== null);
    const running = new Map(keepers.flatMap(({ name, running }) => (running === null ? [] : [[name, running]])));
    const samples = sampler.sample(running);
    return {
      names: keepers.map(({ name }) => name),
      cpu: Float32Array.from(keepers, ({ name }) => samples.get(name)?.cpuPercent ?? Number.NaN),
      memory: Float64Array.from(keepers, ({ name }) => samples.get(name)?.memoryBytes ?? 0),
      restarts: Uint32Array.from(keepers, ({ history }) => history.restarts),
    };
  }

  #shorten(): void {
    const at = this.#kept.length - WHOLE - 1;
    const old = this.#kept[at];
    if (old?.web != null && old.web.instances.size > 0)
      this.#kept[at] = {
        ...old,
        web: { ...old.web, answers: { ...old.web.answers, counts: new Map() }, instances: new Map() },
      };
  }
}
