import type { Fleet } from "../../fleet/fleet.ts";
import type { Member, MemberName } from "../../fleet/member.ts";
import { millis } from "../../units/millis.ts";
import { type Reply, RespConnection } from "./resp.ts";

const WITHIN = millis(1_000);

/** The texts of a list that Redis answered; none of any other answer. */
export function texts(reply: Reply): string[] {
  return Array.isArray(reply) ? reply.map(String) : [];
}

/** A connection to each server and Sentinel, made when it is first needed and again when it broke. */
export class RedisConnections {
  readonly #connections = new Map<MemberName, { readonly port: number | null; readonly connection: RespConnection }>();

  /** Rejects with what Redis answered when that is an error, when nothing answers, or when its time is up. */
  async send(fleet: Fleet, member: Member, ...words: readonly string[]): Promise<Reply> {
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

  close(): void {
    for (const { connection } of this.#connections.values()) connection.close();
    this.#connections.clear();
  }
}
