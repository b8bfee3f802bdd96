import { membersOf, SENTINEL_MASTER } from "../../fleet/data.ts";
import type { Fleet } from "../../fleet/fleet.ts";
import type { Member, MemberName } from "../../fleet/member.ts";
import type { Context, Successor } from "../service.ts";
import { type RedisConnections, texts } from "./connections.ts";
import { infoField, type RedisLedger } from "./ledger.ts";

/** Sentinels that know of the death need about a quarter of a second. */
const TAKEOVER_WITHIN_MS = 3_000;
const LOOK_EVERY_MS = 5;

interface Standing {
  readonly role: string;
  /** What a replica has received, in bytes. */
  readonly offset: number;
  /** What a former replica had received when it became the master. */
  readonly takenOverAt: number;
}

/** Changes of the master that nobody planned. Sentinel chooses; it is only told sooner than it would find out. */
export class RedisTakeover {
  readonly #connections: RedisConnections;

  readonly #ledger: RedisLedger;

  constructor(connections: RedisConnections, ledger: RedisLedger) {
    this.#connections = connections;
    this.#ledger = ledger;
  }

  /** See `RedisControl.takeOver`. */
  async takeOver(context: Context, gone: MemberName): Promise<Successor | null> {
    const master = await this.#elect(context, gone);
    if (master === null) return null;
    const standing = await this.#standingOf(context.fleet, master);
    const lost = standing === null ? null : await this.#ledger.lost(context, gone, standing.takenOverAt);
    return { master: master.name, lost };
  }

  async #elect({ fleet }: Context, gone: MemberName): Promise<Member | null> {
    const candidates = membersOf(fleet, "redis").filter(({ name }) => name !== gone);
    const standings = await Promise.all(candidates.map((member) => this.#standingOf(fleet, member)));
    // Sentinels may have been faster.
    const already = candidates.find((_, at) => standings[at]?.role === "master");
    if (already !== undefined) return already;
    // A replica that never had the master's data could only lose it.
    const fit = candidates.filter((_, at) => standings[at]?.role === "slave" && (standings[at]?.offset ?? 0) > 0);
    if (fit.length === 0 || !(await this.#ask(fleet))) return null;
    // Sentinel has one to choose from, and comes to it in three steps of a tenth of a second; it only has to agree.
    const [only, another] = fit;
    if (only !== undefined && another === undefined)
      await this.#connections.send(fleet, only, "REPLICAOF", "NO", "ONE").catch(() => null);
    const deadline = Date.now() + TAKEOVER_WITHIN_MS;
    while (Date.now() < deadline) {
      for (const member of fit) if ((await this.#standingOf(fleet, member))?.role === "master") return member;
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
    return null;
  }

  /** See `RedisControl.elected`. */
  async elected({ fleet }: Context): Promise<MemberName | null> {
    const sentinels = membersOf(fleet, "sentinel");
    const answers = await Promise.all(
      sentinels.map(async (sentinel) => {
        const reply = await this.#connections
          .send(fleet, sentinel, "SENTINEL", "GET-MASTER-ADDR-BY-NAME", SENTINEL_MASTER)
          .catch(() => null);
        return texts(reply)[1];
      }),
    );
    for (const { name, port } of membersOf(fleet, "redis")) {
      if (answers.filter((answer) => answer === `${port}`).length > sentinels.length / 2) return name;
    }
    return null;
  }

  /** Its role, and how much it has received; ROLE does not say that of a replica whose master is gone. */
  async #standingOf(fleet: Fleet, member: Member): Promise<Standing | null> {
    const info = await this.#connections.send(fleet, member, "INFO", "replication").catch(() => null);
    if (typeof info !== "string") return null;
    return {
      role: infoField(info, "role"),
      offset: Number(infoField(info, "slave_repl_offset")),
      takenOverAt: Number(infoField(info, "second_repl_offset")) - 1,
    };
  }

  /** Whether a Sentinel has taken it on. One is enough: whoever is told to fail over asks no other. */
  async #ask(fleet: Fleet): Promise<boolean> {
    for (const sentinel of membersOf(fleet, "sentinel")) {
      const answer = await this.#connections
        .send(fleet, sentinel, "SENTINEL", "FAILOVER", SENTINEL_MASTER)
        .catch((error: unknown) => (error instanceof Error ? error.message : ""));
      if (answer === "OK" || String(answer).startsWith("INPROG")) return true;
    }
    return false;
  }
}
