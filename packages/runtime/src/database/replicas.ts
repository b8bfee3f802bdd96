import type pg from "pg";
import { PrimaryHistory } from "./lag.ts";
import { type Lsn, parseLsn, positionOf } from "./lsn.ts";
import { Replica } from "./replica.ts";
import { Server, type ServerParts } from "./server.ts";

/** Without a read for so long nobody looks at replicas any more. In milliseconds. */
const IDLE = 30_000;

/** The replicas of the database, and which of them may be read from. They are looked at while somebody reads. */
export class Replicas {
  readonly #parts: ServerParts;
  readonly #replicas: readonly Replica[];
  readonly #primary: Server;
  readonly #history: PrimaryHistory;
  #turn = 0;
  #lastAsked = 0;
  #looking: Promise<void> | undefined;
  readonly #closing = Promise.withResolvers<void>();
  #closed = false;

  constructor(module: typeof pg, urls: readonly string[], primaryUrl: string, parts: ServerParts) {
    this.#parts = parts;
    this.#replicas = urls.map((url) => new Replica(module, url, parts));
    const rules = { ...parts.rules, deadline: 1_000, patience: 1_000, slow: Number.POSITIVE_INFINITY };
    this.#primary = new Server(module, primaryUrl, { ...parts, rules, target: "primary", connections: 1 });
    this.#history = new PrimaryHistory(parts.rules.maxLag * 2 + 1_000);
    const { meters, clock } = parts.context;
    for (const [at, replica] of this.#replicas.entries()) {
      const lag = () => replica.lag(clock.now()) / 1_000;
      const help = "How late a replica is; NaN while it cannot be reached, or nobody reads.";
      meters.gauge("tenfold_database_replica_lag_seconds", help, lag, { replica: `${at + 1}` });
    }
  }

  /** One that is well and, as far as is known, has replayed up to the token; they take turns. */
  choose(token: Lsn | null): { readonly replica: Replica } | "behind" | "none" {
    const now = this.#parts.context.clock.now();
    this.#lastAsked = now;
    if (this.#looking === undefined && !this.#closed && this.#replicas.length > 0) this.#looking = this.#look();
    const count = this.#replicas.length;
    const position = token === null ? null : positionOf(token);
    let well = false;
    for (let step = 0; step < count; step += 1) {
      const replica = this.#replicas[(this.#turn + step) % count] as Replica;
      if (!replica.known || replica.lag(now) > this.#parts.rules.maxLag) continue;
      well = true;
      if (position !== null && !replica.has(position)) continue;
      this.#turn = (this.#turn + step + 1) % count;
      return { replica };
    }
    return well ? "behind" : "none";
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#closing.resolve();
    await this.#looking;
    await Promise.all([this.#primary.close(), ...this.#replicas.map((replica) => replica.close())]);
  }

  async #look(): Promise<void> {
    const { context, rules } = this.#parts;
    const now = () => context.clock.now();
    while (!this.#closed && now() - this.#lastAsked < IDLE) {
      await Promise.all([this.#lookAtPrimary(), ...this.#replicas.map((replica) => replica.look(this.#history, now))]);
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, rules.lookEvery).unref();
      await Promise.race([promise, this.#closing.promise]);
      clearTimeout(timer);
    }
    // What was seen last is not to be believed when somebody reads again.
    for (const replica of this.#replicas) replica.leave();
    this.#looking = undefined;
  }

  async #lookAtPrimary(): Promise<void> {
    try {
      const at = this.#parts.context.clock.now();
      const { rows } = await this.#primary.query("select pg_current_wal_lsn()::text as lsn");
      const lsn = parseLsn((rows[0] as { lsn?: unknown } | undefined)?.lsn);
      if (lsn !== null) this.#history.add(at, lsn);
    } catch {
      // In a failover replicas go on with what they have.
    }
  }
}
