import { Fault } from "../../fault/fault.ts";
import { membersOf, SENTINEL_MASTER } from "../../fleet/data.ts";
import type { Fleet } from "../../fleet/fleet.ts";
import type { Member, MemberName } from "../../fleet/member.ts";
import type { Context, RedisControl } from "../service.ts";
import { type RedisConnections, texts } from "./connections.ts";

const SWITCH_WITHIN_MS = 8_000;
/** Writes are held back for no longer than this, even if nobody lifts it. */
const PAUSE_MS = 10_000;
const LOOK_EVERY_MS = 10;
/** Between two questions of a Sentinel for the state of a server: as it comes, and while a switch waits for an answer. */
const INFO_PERIOD = 10_000;
const INFO_PERIOD_HURRIED = 200;
const TARGET_PRIORITY = "50";
const OTHERS_PRIORITY = "100";

/** What Redis or a Sentinel answered to a switch, as something that a user can act on. */
function refused(error: unknown, target: Member): Fault {
  if (error instanceof Fault) return error;
  return new Fault(
    "TF_FAILOVER_REFUSED",
    `${target.name} could not be made the master: ${error instanceof Error ? error.message : String(error)}`,
    { hint: "tenfold health shows the state of each; then try again" },
  );
}

/** Changes of the master, as planned. */
export class RedisSwitch implements Pick<RedisControl, "master" | "switchTo" | "gather"> {
  readonly #connections: RedisConnections;

  constructor(connections: RedisConnections) {
    this.#connections = connections;
  }

  async master({ fleet }: Context): Promise<MemberName | null> {
    const roles = await Promise.all(
      membersOf(fleet, "redis").map(async (member) => {
        const reply = await this.#connections.send(fleet, member, "ROLE").catch(() => null);
        return texts(reply)[0] === "master" ? member.name : null;
      }),
    );
    const masters = roles.filter((name) => name !== null);
    return masters.length === 1 ? (masters[0] ?? null) : null;
  }

  /**
   * Writes to the master are paused until the target has them all; then a Sentinel fails over, so that all Sentinels and
   * those who listen to them agree. The former master stays paused until it is told whom to follow.
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
    // Before anyone is held back: Sentinel may take its time.
    const sentinel = await this.#readySentinel(fleet, target);
    try {
      await this.#connections.send(fleet, master, "CLIENT", "PAUSE", `${PAUSE_MS}`, "WRITE");
      await this.#until(`${target.name} has not received all writes`, async () => {
        const offset = Number(texts(await this.#connections.send(fleet, master, "ROLE"))[1]);
        return Number(texts(await this.#connections.send(fleet, target, "ROLE"))[4]) >= offset;
      });
      await this.#promote(fleet, target, sentinel);
    } catch (error) {
      await this.#connections.send(fleet, master, "CLIENT", "UNPAUSE").catch(() => null);
      throw refused(error, target);
    }
  }

  /**
   * Makes everyone else follow the master, and waits until they do. Sentinel would do it, ten seconds later. Clients of a
   * former master are cut off, so that they look for the new one, instead of being told that they may not write.
   */
  async gather({ fleet }: Context, master: Member): Promise<void> {
    const roleOf = async (member: Member): Promise<string[]> =>
      texts(await this.#connections.send(fleet, member, "ROLE"));
    for (const other of membersOf(fleet, "redis").filter(({ name }) => name !== master.name)) {
      try {
        if ((await roleOf(other))[0] === "master") {
          await this.#connections.send(fleet, other, "REPLICAOF", "127.0.0.1", `${master.port}`);
          await this.#connections.send(fleet, other, "CLIENT", "KILL", "TYPE", "normal");
          await this.#connections.send(fleet, other, "CLIENT", "UNPAUSE");
        }
        await this.#until("it does not follow", async () => (await roleOf(other))[3] === "connected");
      } catch {
        // It is down. When it comes back, its own file or Sentinel says whom it follows.
      }
    }
  }

  /** By a Sentinel, or without one. Asked again until it is so: whoever becomes the master closes all connections first. */
  async #promote(fleet: Fleet, target: Member, sentinel: Member | null): Promise<void> {
    let asked = false;
    await this.#until(`${target.name} did not become the master`, async () => {
      if (texts(await this.#connections.send(fleet, target, "ROLE"))[0] === "master") return true;
      if (asked) return false;
      if (sentinel === null) await this.#connections.send(fleet, target, "REPLICAOF", "NO", "ONE");
      else await this.#connections.send(fleet, sentinel, "SENTINEL", "FAILOVER", SENTINEL_MASTER);
      asked = true;
      return false;
    });
  }

  /**
   * A Sentinel that would choose the target: it takes the replica with the lowest priority above zero. It asks replicas
   * for their state and their priority every ten seconds, and is told to hurry meanwhile. `null` without Sentinels.
   */
  async #readySentinel(fleet: Fleet, target: Member): Promise<Member | null> {
    const sentinels = membersOf(fleet, "sentinel");
    if (sentinels.length === 0) return null;
    const others = membersOf(fleet, "redis").filter(({ name }) => name !== target.name);
    for (const other of others) await this.#prioritize(fleet, other, OTHERS_PRIORITY).catch(() => null);
    await this.#prioritize(fleet, target, TARGET_PRIORITY).catch((error: unknown) => {
      throw refused(error, target);
    });
    const hurry = (period: number): Promise<unknown> =>
      Promise.all(
        sentinels.map((one) =>
          this.#connections.send(fleet, one, "SENTINEL", "DEBUG", "INFO-PERIOD", `${period}`).catch(() => null),
        ),
      );
    let found: Member | undefined;
    await hurry(INFO_PERIOD_HURRIED);
    try {
      await this.#until(`no Sentinel sees ${target.name} fit to lead`, async () => {
        for (const sentinel of sentinels)
          if (found === undefined && (await this.#wouldChoose(fleet, sentinel, target))) found = sentinel;
        return found !== undefined;
      });
    } finally {
      await hurry(INFO_PERIOD);
    }
    return found ?? null;
  }

  async #prioritize(fleet: Fleet, member: Member, priority: string): Promise<void> {
    await this.#connections.send(fleet, member, "CONFIG", "SET", "replica-priority", priority);
  }

  /** Whether a Sentinel that fails over now takes this replica. */
  async #wouldChoose(fleet: Fleet, sentinel: Member, target: Member): Promise<boolean> {
    const reply = await this.#connections
      .send(fleet, sentinel, "SENTINEL", "REPLICAS", SENTINEL_MASTER)
      .catch(() => []);
    const replicas = (Array.isArray(reply) ? reply : []).map((replica) => {
      const fields = texts(replica);
      return new Map(fields.flatMap((field, at) => (at % 2 === 0 ? [[field, fields[at + 1] ?? ""] as const] : [])));
    });
    const fit = replicas.filter(
      (replica) => replica.get("flags") === "slave" && replica.get("master-link-status") === "ok",
    );
    const isTarget = (replica: ReadonlyMap<string, string>): boolean => replica.get("port") === `${target.port}`;
    return (
      fit.some((replica) => isTarget(replica) && replica.get("slave-priority") === TARGET_PRIORITY) &&
      fit.every((replica) => isTarget(replica) || replica.get("slave-priority") === OTHERS_PRIORITY)
    );
  }

  /** What breaks meanwhile may be well at the next look; the last of it is told when the time is up. */
  async #until(failure: string, condition: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + SWITCH_WITHIN_MS;
    let reason = "";
    for (;;) {
      try {
        if (await condition()) return;
        reason = "";
      } catch (error) {
        reason = `: ${error instanceof Error ? error.message : String(error)}`;
      }
      if (Date.now() > deadline)
        throw new Fault("TF_FAILOVER_REFUSED", `${failure} within ${SWITCH_WITHIN_MS / 1000} s${reason}`, {
          hint: "tenfold health shows the state of each",
        });
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  }
}
