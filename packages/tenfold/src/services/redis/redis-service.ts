import { Fault } from "../../fault/fault.ts";
import { localRedis, membersOf, SENTINEL_MASTER } from "../../fleet/data.ts";
import type { Fleet } from "../../fleet/fleet.ts";
import type { Member, MemberName } from "../../fleet/member.ts";
import { configFile, dataDirectory } from "../../fleet/paths.ts";
import type { Probe } from "../../fleet/state.ts";
import { millis } from "../../units/millis.ts";
import type { Context, RedisControl, ServiceAdapter } from "../service.ts";
import { type Reply, RespConnection } from "./resp.ts";

const WITHIN = millis(1_000);
const SWITCH_WITHIN_MS = 8_000;
/** Writes are held back for no longer than this, even if nobody lifts it. */
const PAUSE_MS = 10_000;
const LOOK_EVERY_MS = 10;

function texts(reply: Reply): string[] {
  return Array.isArray(reply) ? reply.map(String) : [];
}

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
  readonly #connections = new Map<MemberName, { readonly port: number | null; readonly connection: RespConnection }>();

  async prepare({ fleet, driver }: Context, member: Member): Promise<void> {
    await driver.makeDirectory(dataDirectory(fleet.paths, member.name), "service", 0o700);
    await driver.makeDirectory(configFile(fleet.paths, member.name), "service", 0o700);
  }

  async probe({ fleet }: Context, member: Member): Promise<Probe> {
    try {
      if (member.kind === "sentinel") return await this.#probeSentinel(fleet, member);
      if (member.kind === "redis") return describeRole(await this.#send(fleet, member, "ROLE"));
      const pong = await this.#send(fleet, member, "PING");
      return pong === "PONG"
        ? { ready: true, role: null, detail: "" }
        : { ready: false, reason: `answers PING with ${String(pong)}` };
    } catch (error) {
      return { ready: false, reason: `does not answer: ${error instanceof Error ? error.message : String(error)}` };
    }
  }

  /** Takes the settings that a running server can change. Fault: TF_CONFIG_REJECTED. */
  async reload({ fleet }: Context, member: Member): Promise<void> {
    const durable = localRedis(fleet.spec);
    const settings = member.kind === "cache" ? fleet.spec.cache : durable;
    if (member.kind === "sentinel" || settings === false || settings === null) return;
    try {
      await this.#send(fleet, member, "CONFIG", "SET", "maxmemory", `${settings.memory}`);
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

  async master({ fleet }: Context): Promise<MemberName | null> {
    const roles = await Promise.all(
      membersOf(fleet, "redis").map(async (member) => {
        const reply = await this.#send(fleet, member, "ROLE").catch(() => null);
        return texts(reply)[0] === "master" ? member.name : null;
      }),
    );
    const masters = roles.filter((name) => name !== null);
    return masters.length === 1 ? (masters[0] ?? null) : null;
  }

  /**
   * Writes to the master are paused until the target has them all; then a Sentinel fails over, so that all Sentinels and
   * those who listen to them agree. The former master stays paused until Sentinel has made it a replica.
   */
  async switchTo(context: Context, target: Member): Promise<void> {
    const { fleet } = context;
    const current = await this.master(context);
    if (current === target.name) return;
    const master = membersOf(fleet, "redis").find(({ name }) => name === current);
    if (master === undefined)
      throw new Fault("TF_FAILOVER_REFUSED", "it is not clear who the Redis master is", {
        hint: "tenfold health shows the state of each",
      });
    await this.#send(fleet, master, "CLIENT", "PAUSE", `${PAUSE_MS}`, "WRITE");
    try {
      await this.#until(`${target.name} has not received all writes`, async () => {
        const offset = Number(texts(await this.#send(fleet, master, "ROLE"))[1]);
        return Number(texts(await this.#send(fleet, target, "ROLE"))[4]) >= offset;
      });
      await this.#failOver(fleet, master, target);
      await this.#until(
        `${target.name} did not become the master`,
        async () => texts(await this.#send(fleet, target, "ROLE"))[0] === "master",
      );
    } catch (error) {
      await this.#send(fleet, master, "CLIENT", "UNPAUSE").catch(() => null);
      throw error;
    }
  }

  close(): void {
    for (const { connection } of this.#connections.values()) connection.close();
    this.#connections.clear();
  }

  async #failOver(fleet: Fleet, master: Member, target: Member): Promise<void> {
    const replicas = membersOf(fleet, "redis").filter(({ name }) => name !== master.name);
    const [sentinel] = membersOf(fleet, "sentinel");
    if (sentinel === undefined) {
      await this.#send(fleet, target, "REPLICAOF", "NO", "ONE");
      for (const other of [master, ...replicas.filter(({ name }) => name !== target.name)]) {
        await this.#send(fleet, other, "REPLICAOF", "127.0.0.1", `${target.port}`);
      }
      return;
    }
    // Sentinel takes the replica with the lowest priority above zero; it reads priorities with every INFO.
    if (replicas.length > 1) await this.#prefer(fleet, replicas, target, sentinel);
    await this.#send(fleet, sentinel, "SENTINEL", "FAILOVER", SENTINEL_MASTER);
  }

  async #prefer(fleet: Fleet, replicas: readonly Member[], target: Member, sentinel: Member): Promise<void> {
    for (const replica of replicas) {
      await this.#send(
        fleet,
        replica,
        "CONFIG",
        "SET",
        "replica-priority",
        replica.name === target.name ? "50" : "100",
      );
    }
    await this.#until("Sentinel did not learn which replica is meant", async () => {
      const known = await this.#send(fleet, sentinel, "SENTINEL", "REPLICAS", SENTINEL_MASTER);
      return (Array.isArray(known) ? known : []).some((replica) => {
        const fields = texts(replica);
        const field = (name: string): string | undefined => fields[fields.indexOf(name) + 1];
        return field("port") === `${target.port}` && field("slave-priority") === "50";
      });
    });
  }

  async #probeSentinel(fleet: Fleet, member: Member): Promise<Probe> {
    const address = texts(await this.#send(fleet, member, "SENTINEL", "GET-MASTER-ADDR-BY-NAME", SENTINEL_MASTER));
    const master = membersOf(fleet, "redis").find(({ port }) => `${port}` === address[1]);
    return master === undefined
      ? { ready: false, reason: "knows no master of this fleet" }
      : { ready: true, role: null, detail: `says that ${master.name} is the master` };
  }

  async #until(failure: string, condition: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + SWITCH_WITHIN_MS;
    while (!(await condition())) {
      if (Date.now() > deadline)
        throw new Fault("TF_FAILOVER_REFUSED", `${failure} within ${SWITCH_WITHIN_MS / 1000} s`, {
          hint: "tenfold health shows the state of each",
        });
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  }

  async #send(fleet: Fleet, member: Member, ...words: readonly string[]): Promise<Reply> {
    const known = this.#connections.get(member.name);
    if (known !== undefined && known.port === member.port && !known.connection.isBroken)
      return known.connection.send(...words);
    known?.connection.close();
    if (member.port === null) throw new Error(`${member.name} has no port`);
    const connection = new RespConnection(member.port, WITHIN);
    this.#connections.set(member.name, { port: member.port, connection });
    const password = (member.kind === "cache" ? fleet.secrets.cache : fleet.secrets.redis).reveal();
    await connection.send(...(member.kind === "sentinel" ? ["AUTH", "tenfold", password] : ["AUTH", password]));
    return connection.send(...words);
  }
}
