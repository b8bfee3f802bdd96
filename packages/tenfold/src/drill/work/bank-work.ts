import { seededRandom } from "../../load/arrivals/random.ts";
import { pick } from "../catalogue/pick.ts";
import { type BankRead, type BankVerdict, checkBank } from "../check/bank.ts";
import { type Attempt, countEndings } from "../check/ending.ts";
import { now } from "./clock.ts";
import { Paced } from "./paced.ts";
import { SqlClient, type SqlSession } from "./sql-client.ts";
import { ACCOUNTS, insist, OPENING_BALANCE, SCHEMA } from "./tables.ts";
import type { Work } from "./work.ts";

const CLIENTS = 3;
const EVERY_MS = 100;
const IDS = Array.from({ length: ACCOUNTS }, (_, id) => id);

async function readBalances(session: SqlSession): Promise<number[]> {
  const rows = await session.query(`SELECT balance FROM ${SCHEMA}.accounts`);
  return rows.map(({ balance }) => Number(balance));
}

/** Clients that move money between accounts, and one that looks at all of them. */
export class BankWork implements Work<BankVerdict> {
  readonly transfers: Attempt[] = [];
  readonly #reads: BankRead[] = [];
  readonly #url: string;
  readonly #random: () => number;
  readonly #clients: readonly SqlClient[];
  readonly #paced: Paced;

  constructor(url: string, seed: number) {
    this.#url = url;
    this.#random = seededRandom(seed);
    this.#clients = Array.from({ length: CLIENTS }, () => new SqlClient(url));
    this.#paced = new Paced({
      every: EVERY_MS,
      clients: CLIENTS,
      act: (client) => (client === 0 ? this.#look() : this.#transfer(client)),
    });
  }

  get done(): number {
    return this.#reads.length;
  }

  stop(): Promise<void> {
    return this.#paced.stop();
  }

  async verdict(): Promise<BankVerdict> {
    const balances = await insist(this.#url, "the accounts could not be read", readBalances);
    return checkBank(
      [...this.#reads, { at: now(), balances }],
      ACCOUNTS * OPENING_BALANCE,
      countEndings(this.transfers),
    );
  }

  close(): void {
    for (const client of this.#clients) client.close();
  }

  async #look(): Promise<void> {
    const found = await this.#clients[0]?.attempt(readBalances);
    if (found?.value != null) this.#reads.push({ at: found.endedAt, balances: found.value });
  }

  async #transfer(client: number): Promise<void> {
    const from = pick(this.#random, IDS);
    const to = pick(
      this.#random,
      IDS.filter((id) => id !== from),
    );
    const amount = 1 + Math.floor(this.#random() * 10);
    const attempt = await this.#clients[client]?.attempt(async (session) => {
      await session.query("BEGIN");
      // Always in the same order, so that no two wait for each other.
      for (const id of [from, to].sort((a, b) => a - b))
        await session.query(`UPDATE ${SCHEMA}.accounts SET balance = balance + $1 WHERE id = $2`, [
          id === from ? -amount : amount,
          id,
        ]);
      await session.commit("COMMIT");
    });
    if (attempt !== undefined) this.transfers.push(attempt);
  }
}
