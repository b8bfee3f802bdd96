import { seededRandom } from "../../load/arrivals/random.ts";
import { checkAppends } from "../check/append/check.ts";
import type { Anomaly, Step, Transaction } from "../check/append/history.ts";
import { Paced } from "./paced.ts";
import { SqlClient, type SqlSession } from "./sql-client.ts";
import { insist, SCHEMA } from "./tables.ts";
import type { Work } from "./work.ts";

const CLIENTS = 4;
const EVERY_MS = 80;
/** Lists that are written to at a time; one that has become this long makes way for another. */
const ACTIVE = 5;
const LONGEST = 24;
const MOST_STEPS = 4;

async function readList(session: SqlSession, key: number): Promise<number[]> {
  const [row] = await session.query(`SELECT items FROM ${SCHEMA}.lists WHERE key = $1`, [key]);
  return (row?.items as number[] | undefined) ?? [];
}

async function perform(session: SqlSession, steps: readonly Step[]): Promise<Step[]> {
  await session.query("BEGIN ISOLATION LEVEL SERIALIZABLE");
  const done: Step[] = [];
  for (const step of steps) {
    if (step.kind === "read") done.push({ ...step, seen: await readList(session, step.key) });
    else {
      await session.query(
        `INSERT INTO ${SCHEMA}.lists AS list VALUES ($1, ARRAY[$2::int]) ON CONFLICT (key) DO UPDATE SET items = list.items || $2::int`,
        [step.key, step.value],
      );
      done.push(step);
    }
  }
  await session.commit("COMMIT");
  return done;
}

/** Clients that read lists and append to them in serializable transactions on the primary. */
export class AppendWork implements Work<readonly Anomaly[]> {
  readonly history: Transaction[] = [];
  readonly #url: string;
  readonly #random: () => number;
  readonly #clients: readonly SqlClient[];
  readonly #processes: number[] = Array.from({ length: CLIENTS }, (_, client) => client);
  readonly #keys: number[] = Array.from({ length: ACTIVE }, (_, key) => key);
  readonly #lengths = new Map<number, number>();
  readonly #paced: Paced;
  #value = 0;
  #index = 0;
  #done = 0;

  constructor(url: string, seed: number) {
    this.#url = url;
    this.#random = seededRandom(seed);
    this.#clients = Array.from({ length: CLIENTS }, () => new SqlClient(url));
    this.#paced = new Paced({ every: EVERY_MS, clients: CLIENTS, act: (client) => this.#transact(client) });
  }

  get done(): number {
    return this.#done;
  }

  stop(): Promise<void> {
    return this.#paced.stop();
  }

  /** Reads every list once more first, so that whatever is lost shows. */
  async verdict(): Promise<readonly Anomaly[]> {
    const keys = [...this.#lengths.keys()];
    const steps = keys.map((key): Step => ({ kind: "read", key, seen: null }));
    const process = Math.max(...this.#processes) + 1;
    const startedAt = performance.timeOrigin + performance.now();
    const read = await insist(this.#url, "the lists could not be read", (session) => perform(session, steps));
    const endedAt = performance.timeOrigin + performance.now();
    this.history.push({ index: this.#index++, process, steps: read, ending: "ok", startedAt, endedAt });
    return checkAppends(this.history);
  }

  close(): void {
    for (const client of this.#clients) client.close();
  }

  async #transact(client: number): Promise<void> {
    const steps = this.#plan();
    const process = this.#processes[client] ?? 0;
    const index = this.#index++;
    const attempt = await this.#clients[client]?.attempt((session) => perform(session, steps));
    if (attempt === undefined) return;
    const { value, ...told } = attempt;
    this.history.push({ ...told, index, process, steps: value ?? steps });
    if (told.ending === "ok") this.#done += 1;
    // Whoever does not know how its last one ended may still be in it.
    if (told.ending === "unknown") this.#processes[client] = Math.max(...this.#processes) + 1;
  }

  #plan(): Step[] {
    return Array.from({ length: 1 + Math.floor(this.#random() * MOST_STEPS) }, (): Step => {
      const at = Math.floor(this.#random() * ACTIVE);
      const key = this.#keys[at] ?? 0;
      if (this.#random() < 0.5) return { kind: "read", key, seen: null };
      const length = (this.#lengths.get(key) ?? 0) + 1;
      this.#lengths.set(key, length);
      if (length >= LONGEST) this.#keys[at] = Math.max(...this.#keys) + 1;
      this.#value += 1;
      return { kind: "append", key, value: this.#value };
    });
  }
}
