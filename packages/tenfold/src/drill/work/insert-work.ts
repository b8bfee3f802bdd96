import { checkInserts, type Insert, type InsertVerdict } from "../check/inserts.ts";
import { Paced } from "./paced.ts";
import { SqlClient } from "./sql-client.ts";
import { insist, SCHEMA } from "./tables.ts";
import type { Steady, Work } from "./work.ts";

/** A write every 5 ms: what stops for longer is seen. */
const CLIENTS = 4;
const EVERY_MS = 20;

/** Clients that insert values, each sent once. */
export class InsertWork implements Work<InsertVerdict>, Steady {
  readonly inserts: Insert[] = [];
  readonly #url: string;
  readonly #clients: readonly SqlClient[];
  readonly #paced: Paced;
  #next = 0;
  lastAt = 0;
  #done = 0;

  constructor(url: string) {
    this.#url = url;
    this.#clients = Array.from({ length: CLIENTS }, () => new SqlClient(url));
    this.#paced = new Paced({ every: EVERY_MS, clients: CLIENTS, act: (client) => this.#insert(client) });
  }

  get done(): number {
    return this.#done;
  }

  stop(): Promise<void> {
    return this.#paced.stop();
  }

  async verdict(): Promise<InsertVerdict> {
    const rows = await insist(this.#url, "the inserted values could not be read", (session) =>
      session.query(`SELECT value::int FROM ${SCHEMA}.inserts`),
    );
    return checkInserts(
      this.inserts,
      rows.map(({ value }) => Number(value)),
    );
  }

  close(): void {
    for (const client of this.#clients) client.close();
  }

  async #insert(at: number): Promise<void> {
    const value = this.#next++;
    const attempt = await this.#clients[at]?.attempt((session) =>
      session.commit(`INSERT INTO ${SCHEMA}.inserts VALUES ($1)`, [value]),
    );
    if (attempt === undefined) return;
    const { value: _, ...told } = attempt;
    this.inserts.push({ ...told, value });
    if (told.ending !== "ok") return;
    this.#done += 1;
    this.lastAt = told.endedAt;
  }
}
