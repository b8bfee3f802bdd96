import type { MemoryMachine } from "../drivers/memory/memory-driver.ts";
import type { QueueFigures, WebFigures } from "../fleet/figures.ts";
import type { Member, MemberKind, MemberName } from "../fleet/member.ts";
import { dataDirectory } from "../fleet/paths.ts";
import type { Probe } from "../fleet/state.ts";
import { synchronousStandbyNames } from "../render/postgres/postgres.ts";
import { QueueService } from "../services/queues/queue-service.ts";
import type { Context, ServiceAdapter, Services } from "../services/service.ts";
import { type MemoryVault, memoryBackup } from "./memory-backup.ts";

/** Whether an engine is still there to do what it set out to do. */
export interface Life {
  isOver: boolean;
}

/** The services of a memory machine, as their servers would remember them. Outlives engines. */
export class MemoryTier implements MemoryVault {
  readonly machine: MemoryMachine;
  /** What was done, in order: `serve web-1,web-2`, `promote postgres-2`. */
  readonly trace: string[] = [];
  serving: readonly MemberName[] = [];
  canary: readonly MemberName[] = [];
  primary: MemberName | null = null;
  redisMaster: MemberName | null = null;
  paused = false;
  /** What has passed through the balancer, and the queues in Redis. */
  web: WebFigures | null = null;
  readonly queues: Map<string, QueueFigures> = new Map();
  /** How far each replica of PostgreSQL has the log; 100 where nothing is said. */
  readonly positions: Map<MemberName, bigint> = new Map();
  /** How far the primary has written it. */
  lsn = 100n;
  readonly failing: Set<string> = new Set();
  data = "live";
  readonly inFlight: Map<MemberName, number> = new Map();
  /** Members whose probe fails, and why. */
  readonly broken: Map<string, string> = new Map();

  constructor(machine: MemoryMachine) {
    this.machine = machine;
  }

  /** Whether its process is alive, and one that stays. */
  answers(name: MemberName): boolean {
    if (this.broken.has(name)) return false;
    const found = this.machine.alive().find(({ member }) => member === name);
    return found !== undefined && this.machine.programs.get(found.launch.argv[0] ?? "")?.kind !== "exits";
  }

  /** Something is done, unless the engine that does it is dead: then it never returns. */
  async effect(text: string, life: Life): Promise<void> {
    if (life.isOver) await new Promise(() => {});
    this.trace.push(text);
  }
}

export class MemoryServices implements Services {
  readonly #tier: MemoryTier;
  readonly #life: Life;
  readonly #adapter: ServiceAdapter;

  constructor(tier: MemoryTier, life: Life) {
    this.#tier = tier;
    this.#life = life;
    this.#adapter = {
      prepare: async ({ fleet, driver }: Context, member: Member) => {
        await tier.effect(`prepare ${member.name}`, life);
        if (member.kind !== "postgres") return;
        const path = `${dataDirectory(fleet.paths, member.name)}/PG_VERSION`;
        await driver.writeFiles([{ path, content: "15", mode: 0o600, owner: "service" }]);
      },
      setup: (_context: Context, member: Member) => tier.effect(`setup ${member.name}`, life),
      reload: (_context: Context, member: Member) => tier.effect(`reload ${member.name}`, life),
      probe: async ({ fleet }: Context, member: Member): Promise<Probe> => {
        const reason = tier.broken.get(member.name);
        if (reason !== undefined) return { ready: false, reason };
        if (!tier.answers(member.name)) return { ready: false, reason: "does not answer" };
        if (member.kind === "postgres") {
          tier.primary ??= fleet.topology.postgresPrimary;
          return { ready: true, role: member.name === tier.primary ? "primary" : "replica", detail: "" };
        }
        if (member.kind === "redis") {
          tier.redisMaster ??= fleet.topology.redisMaster;
          return { ready: true, role: member.name === tier.redisMaster ? "master" : "replica", detail: "" };
        }
        return { ready: true, role: null, detail: "" };
      },
    };
  }

  of(_kind: MemberKind): ServiceAdapter {
    return this.#adapter;
  }

  readonly balancer: Services["balancer"] = {
    serve: async ({ fleet }) => {
      await this.#tier.effect(`serve ${fleet.topology.serving.join(",")}`, this.#life);
      this.#tier.serving = fleet.topology.serving;
      this.#tier.canary = fleet.topology.canary;
    },
    follow: ({ fleet }) =>
      this.#tier.effect(`follow ${fleet.topology.postgresPrimary} ${fleet.topology.redisMaster}`, this.#life),
    inFlight: async (_context, member) => this.#tier.inFlight.get(member.name) ?? 0,
    serving: async () => this.#tier.serving,
    figures: async () => this.#tier.web,
  };

  readonly pooler: Services["pooler"] = {
    hold: async () => {
      await this.#tier.effect("hold", this.#life);
      this.#tier.paused = true;
    },
    pause: async () => {
      await this.#tier.effect("pause", this.#life);
      this.#tier.paused = true;
    },
    resume: async () => {
      await this.#tier.effect("resume", this.#life);
      this.#tier.paused = false;
    },
    handOver: async (_context, takeOver) => {
      await this.#tier.effect("handOver", this.#life);
      return (await takeOver()) ? null : "it cannot";
    },
    isPaused: async () => this.#tier.paused,
    figures: async () => null,
  };

  readonly postgres: Services["postgres"] = {
    leaderOnDisk: async () => this.#tier.primary,
    position: async (_context, { name }) => {
      const lsn = this.#tier.positions.get(name) ?? 100n;
      return this.#tier.answers(name) && name !== this.#tier.primary ? { lsn, receiving: false } : null;
    },
    replication: async ({ fleet }, { name }) => {
      if (!this.#tier.answers(name)) return null;
      const replicas = fleet.members.filter((member) => member.kind === "postgres" && member.name !== name);
      const senders = replicas.flatMap((member) =>
        this.#tier.answers(member.name)
          ? [{ name: member.name, streaming: true, flushed: this.#tier.positions.get(member.name) ?? 100n }]
          : [],
      );
      return { names: synchronousStandbyNames(fleet, { name }), source: null, lsn: this.#tier.lsn, senders };
    },
    figures: async () => null,
    statementTexts: async () => new Map(),
    rejoin: (_context, { name }, how) => this.#tier.effect(`${how} ${name}`, this.#life),
    checkpoint: (_context, member) => this.#tier.effect(`checkpoint ${member.name}`, this.#life),
    confirmCaughtUp: (_context, member, from) => this.#tier.effect(`confirm ${member.name} after ${from}`, this.#life),
    promote: async (_context, member) => {
      await this.#tier.effect(`promote ${member.name}`, this.#life);
      this.#tier.primary = member.name;
    },
  };

  readonly redis: Services["redis"] = {
    leaderOnDisk: async () => this.#tier.redisMaster,
    gather: async () => {},
    takeOver: async ({ fleet }, gone) => {
      const fit = fleet.members.find(({ kind, name }) => kind === "redis" && name !== gone && this.#tier.answers(name));
      await this.#tier.effect(`take over ${fit?.name}`, this.#life);
      if (fit !== undefined) this.#tier.redisMaster = fit.name;
      return fit === undefined ? null : { master: fit.name, lost: null };
    },
    elected: async () => this.#tier.redisMaster,
    figures: async () => null,
    queue: async (_context, _library, name) => {
      const figures = this.#tier.queues.get(name);
      if (figures === undefined) throw new Error(`there is no queue ${name}`);
      return figures;
    },
    switchTo: async (_context, member) => {
      await this.#tier.effect(`switch ${member.name}`, this.#life);
      this.#tier.redisMaster = member.name;
    },
    master: async () => this.#tier.redisMaster,
  };

  readonly queues: Services["queues"] = new QueueService(this.redis);

  readonly backup: Services["backup"] = memoryBackup(
    (text) => this.#tier.effect(text, this.#life),
    () => this.#tier,
  );

  async close(): Promise<void> {}
}
