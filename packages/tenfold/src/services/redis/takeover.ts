import { membersOf, SENTINEL_MASTER } from "../../fleet/data.ts";
import type { Fleet } from "../../fleet/fleet.ts";
import type { Member, MemberName } from "../../fleet/member.ts";
import type { Context } from "../service.ts";
import { type RedisConnections, texts } from "./connections.ts";

/** Sentinels that know of the death need about a quarter of a second. */
const TAKEOVER_WITHIN_MS = 3_000;
const LOOK_EVERY_MS = 5;

/** Changes of the master that nobody planned. Sentinel chooses; it is only told sooner than it would find out. */
export class RedisTakeover {
  readonly #connections: RedisConnections;

  constructor(connections: RedisConnections) {
    this.#connections = connections;
  }

  /** See `RedisControl.takeOver`. */
  async takeOver({ fleet }: Context, gone: MemberName): Promise<MemberName | null> {
    const candidates = membersOf(fleet, "redis").filter(({ name }) => name !== gone);
    const roles = await Promise.all(candidates.map((member) => this.#roleOf(fleet, member)));
    // Sentinels may have been faster.
    const already = candidates.find((_, at) => roles[at]?.[0] === "master");
    if (already !== undefined) return already.name;
    // A replica that never had the master's data could only lose it.
    const fit = candidates.filter((_, at) => roles[at]?.[0] === "slave" && Number(roles[at]?.[4]) > 0);
    if (fit.length === 0 || !(await this.#ask(fleet))) return null;
    const deadline = Date.now() + TAKEOVER_WITHIN_MS;
    while (Date.now() < deadline) {
      for (const member of fit) if ((await this.#roleOf(fleet, member))?.[0] === "master") return member.name;
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

  async #roleOf(fleet: Fleet, member: Member): Promise<string[] | null> {
    return this.#connections.send(fleet, member, "ROLE").then(texts, () => null);
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
