import { Fault } from "../../fault/fault.ts";
import { membersOf, SENTINEL_MASTER } from "../../fleet/data.ts";
import type { QueueFigures, RedisFigures } from "../../fleet/figures.ts";
import type { Fleet } from "../../fleet/fleet.ts";
import type { Member, MemberName } from "../../fleet/member.ts";
import { configFile, dataDirectory } from "../../fleet/paths.ts";
import type { Probe } from "../../fleet/state.ts";
import { localRedis } from "../../spec/local.ts";
import type { QueueLibrary } from "../../spec/scaling/queue-source.ts";
import { bytes } from "../../units/bytes.ts";
import { readRedisQueue } from "../queues/redis/redis-queues.ts";
import type { Send } from "../queues/redis/reply.ts";
import type { Context, RedisControl, ServiceAdapter, Successor } from "../service.ts";
import { RedisConnections, texts } from "./connections.ts";
import { infoField, RedisLedger } from "./ledger.ts";
import type { Reply } from "./resp.ts";
import { RedisSwitch } from "./switch.ts";
import { RedisTakeover } from "./takeover.ts";

/** `ROLE` of a server as a probe. */
function describeRole(reply: Reply): Probe {
  const [role, second, , link] = texts(reply);
  if (role === "master") {
    const replicas = Array.isArray(reply) && Array.isArray(reply[2]) ? reply[2].length : 0;
    return { ready: true, role: "master", detail: `${replicas} ${replicas === 1 ? "replica" : "replicas"}` };
  }
  if (role === "slave") {
    return link === "connected"
      ? { ready: true, role: "replica", detail: "" }
      : { ready: false, reason: `its link to ${second} is ${link}` };
  }
  return { ready: false, reason: `is a ${role ?? "stranger"}` };
}

/** The durable Redis, its Sentinels, and the cache. */
export class RedisService implements ServiceAdapter, RedisControl {
  readonly #connections = new RedisConnections();
  readonly #switch = new RedisSwitch(this.#connections);
  readonly #ledger = new RedisLedger();
  readonly #takeover = new RedisTakeover(this.#connections, this.#ledger);

  async prepare({ fleet, driver }: Context, member: Member): Promise<void> {
    await driver.makeDirectory(dataDirectory(fleet.paths, member.name), "service", 0o700);
    await driver.makeDirectory(configFile(fleet.paths, member.name), "service", 0o700);
  }

  async probe(context: Context, member: Member): Promise<Probe> {
    const { fleet } = context;
    try {
      if (member.kind === "sentinel") return await this.#probeSentinel(fleet, member);
      if (member.kind === "redis") return await this.#probeServer(context, member);
      const pong = await this.#connections.send(fleet, member, "PING");
      return pong === "PONG"
        ? { ready: true, role: null, detail: "" }
        : { ready: false, reason: `answers PING with ${String(pong)}` };
    } catch (error) {
      const words = error instanceof Error ? error.message : String(error);
      // What Redis itself says begins with a code: LOADING, NOAUTH, MASTERDOWN.
      return { ready: false, reason: `does not answer: ${words}`, silent: !/^[A-Z]{3,} /.test(words) };
    }
  }

  /** Takes the settings that a running server can change. Fault: TF_CONFIG_REJECTED. */
  async reload({ fleet }: Context, member: Member): Promise<void> {
    const durable = localRedis(fleet.spec);
    const settings = member.kind === "cache" ? fleet.spec.cache : durable;
    if (member.kind === "sentinel" || settings === false || settings === null) return;
    try {
      await this.#connections.send(fleet, member, "CONFIG", "SET", "maxmemory", `${settings.memory}`);
    } catch (error) {
      throw new Fault(
        "TF_CONFIG_REJECTED",
        `${member.name} did not take its settings: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }

  async leaderOnDisk({ fleet, driver }: Context): Promise<MemberName | null> {
    const fieldOf = async (member: Member, pattern: RegExp): Promise<string | undefined> =>
      pattern.exec((await driver.readText(`${configFile(fleet.paths, member.name)}/redis.conf`)) ?? "")?.[1];
    const monitored = new RegExp(`^sentinel monitor ${SENTINEL_MASTER} \\S+ (\\d+)`, "m");
    for (const sentinel of membersOf(fleet, "sentinel")) {
      const port = await fieldOf(sentinel, monitored);
      if (port === undefined) continue;
      for (const member of membersOf(fleet, "redis"))
        if ((await fieldOf(member, /^port (\d+)/m)) === port) return member.name;
    }
    return null;
  }

  master(context: Context): Promise<MemberName | null> {
    return this.#switch.master(context);
  }

  switchTo(context: Context, target: Member): Promise<void> {
    return this.#switch.switchTo(context, target);
  }

  takeOver(context: Context, gone: MemberName): Promise<Successor | null> {
    return this.#takeover.takeOver(context, gone);
  }

  async figures({ fleet }: Context, member: Member): Promise<RedisFigures | null> {
    const info = await this.#connections.send(fleet, member, "INFO").catch(() => null);
    if (typeof info !== "string") return null;
    const count = (name: string): number => Number(infoField(info, name)) || 0;
    return {
      memory: bytes(count("used_memory")),
      maxMemory: bytes(count("maxmemory")),
      clients: count("connected_clients"),
      hits: count("keyspace_hits"),
      misses: count("keyspace_misses"),
      evicted: count("evicted_keys"),
    };
  }

  async queue({ fleet }: Context, library: QueueLibrary, name: string): Promise<QueueFigures> {
    const master = membersOf(fleet, "redis").find((member) => member.name === fleet.topology.redisMaster);
    if (master === undefined)
      throw new Error("the fleet runs no durable Redis of its own: give a command or prometheus instead of a library");
    const send: Send = (...words) => this.#connections.send(fleet, master, ...words);
    return readRedisQueue(library, send, name, Date.now());
  }

  elected(context: Context): Promise<MemberName | null> {
    return this.#takeover.elected(context);
  }

  gather(context: Context, master: Member): Promise<void> {
    return this.#switch.gather(context, master);
  }

  close(): void {
    this.#connections.close();
  }

  async #probeServer(context: Context, member: Member): Promise<Probe> {
    const { fleet } = context;
    const probe = describeRole(await this.#connections.send(fleet, member, "ROLE"));
    if (!probe.ready || probe.role !== "master") return probe;
    await this.#ledger.note(context, member.name, String(await this.#connections.send(fleet, member, "INFO")));
    return probe;
  }

  async #probeSentinel(fleet: Fleet, member: Member): Promise<Probe> {
    const address = texts(
      await this.#connections.send(fleet, member, "SENTINEL", "GET-MASTER-ADDR-BY-NAME", SENTINEL_MASTER),
    );
    const master = membersOf(fleet, "redis").find(({ port }) => `${port}` === address[1]);
    return master === undefined
      ? { ready: false, reason: "knows no master of this fleet" }
      : { ready: true, role: null, detail: `says that ${master.name} is the master` };
  }
}
