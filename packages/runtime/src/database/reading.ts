import type pg from "pg";
import { given } from "./callback.ts";
import type { DatabaseFigures, Route } from "./figures.ts";
import { CHECK, type GuardedQueryClass } from "./guarded-query.ts";
import { type Lsn, laterLsn } from "./lsn.ts";
import { codeOf, isLoss } from "./outcome.ts";
import type { Replica } from "./replica.ts";
import type { Replicas } from "./replicas.ts";
import { scopes } from "./scope.ts";
import type { Server } from "./server.ts";

/** What is open once pg is loaded. */
export interface Opened {
  readonly primary: Server;
  readonly replicas: Replicas;
  readonly Guarded: GuardedQueryClass;
  readonly figures: DatabaseFigures;
}

type Config = string | { readonly text: string };
type Choice = { readonly replica: Replica; readonly token: Lsn | null } | Exclude<Route, "replica">;

/** Where a read may go, by what the scope of the caller has seen and done. */
export function chooseFor({ replicas }: Opened, after: Lsn | null): Choice {
  const scope = scopes.getStore();
  if (scope?.dirty) return "own_write";
  const token = laterLsn(after, scope?.token ?? null);
  const chosen = replicas.choose(token);
  return typeof chosen === "string" ? chosen : { ...chosen, token };
}

/** Whether a read has run nowhere, or may run again: the server is gone, behind, or takes only reads and was to write. */
function mayGoElsewhere(error: unknown, behind: boolean): boolean {
  return behind || isLoss(error) || isReadOnly(error);
}

function isReadOnly(error: unknown): boolean {
  return codeOf(error) === "25006" || codeOf(error) === "TF_RT_DATABASE_READ_ONLY";
}

/** One statement, on a replica that has replayed what the caller must see, else on the primary. */
export async function read(
  opened: Opened,
  config: Config,
  values: unknown,
  after: Lsn | null,
): Promise<pg.QueryResult> {
  const { primary, figures } = opened;
  const choice = chooseFor(opened, after);
  if (typeof choice === "string") {
    figures.routed(choice);
    return await primary.query(config, values);
  }
  const { replica, token } = choice;
  let guarded: InstanceType<GuardedQueryClass> | null = null;
  try {
    if (token !== null)
      guarded = new opened.Guarded(typeof config === "string" ? { text: config } : config, values, token);
    const result = guarded === null ? await replica.server.query(config, values) : await ask(replica.server, guarded);
    figures.routed("replica");
    return result;
  } catch (error) {
    const behind = guarded?.isBehind(error) ?? false;
    if (!mayGoElsewhere(error, behind)) throw error;
    if (isLoss(error)) replica.leave();
    figures.routed(behind ? "behind" : "rerouted");
    return await primary.query(config, values);
  }
}

async function ask(server: Server, guarded: InstanceType<GuardedQueryClass>): Promise<pg.QueryResult> {
  const client = await server.connect();
  let failure: unknown;
  try {
    return await sendGuarded(client, guarded);
  } catch (error) {
    failure = error;
    throw error;
  } finally {
    client.release(failure !== undefined && isLoss(failure));
  }
}

function sendGuarded(client: pg.PoolClient, guarded: InstanceType<GuardedQueryClass>): Promise<pg.QueryResult> {
  return new Promise((resolve, reject) => {
    guarded.callback = (error, result) => (error ? reject(error) : resolve(result as pg.QueryResult));
    client.query(guarded);
  });
}

/**
 * A client for several reads, shaped as that of pg. Outside a transaction each statement is checked by itself; in one, the
 * check follows its beginning. It moves to the primary where that is needed and nothing has run in the transaction.
 */
export class ReadingClient {
  readonly #opened: Opened;
  readonly #token: Lsn | null;
  #client: pg.PoolClient;
  #replica: Replica | null;
  #lost = false;

  private constructor(opened: Opened, client: pg.PoolClient, token: Lsn | null, replica: Replica | null) {
    this.#opened = opened;
    this.#client = client;
    this.#token = token;
    this.#replica = replica;
  }

  static async open(opened: Opened, after: Lsn | null): Promise<ReadingClient> {
    const choice = chooseFor(opened, after);
    if (typeof choice !== "string") {
      const { replica, token } = choice;
      try {
        const client = await replica.server.connect();
        opened.figures.routed("replica");
        return new ReadingClient(opened, client, token, replica);
      } catch (error) {
        if (!isLoss(error)) throw error;
        replica.leave();
      }
    }
    opened.figures.routed(typeof choice === "string" ? choice : "rerouted");
    return new ReadingClient(opened, await opened.primary.connect(), null, null);
  }

  // biome-ignore lint/suspicious/noExplicitAny: the overloads of pg.
  query(first: any, second?: any, third?: any): any {
    if (typeof first?.submit === "function") return this.#client.query(first);
    const values = typeof second === "function" ? undefined : second;
    return given(
      this.#run(first, values),
      [second, third].find((one) => typeof one === "function"),
    );
  }

  release(error?: Error | boolean): void {
    this.#client.release(this.#lost || error);
  }

  async #run(config: Config, values: unknown): Promise<pg.QueryResult> {
    const text = typeof config === "string" ? config : config.text;
    const fresh = this.#client.getTransactionStatus() === "I";
    const plain = () => this.#client.query(config as string, values as unknown[]);
    if (this.#replica === null || !fresh) return await this.#watch(plain);
    let behind = false;
    try {
      if (this.#token === null) return await plain();
      if (/^\s*(?:begin|start)\b/i.test(text)) {
        const result = await plain();
        behind = true;
        await this.#client.query(CHECK, [this.#token]);
        return result;
      }
      const guarded = new this.#opened.Guarded(typeof config === "string" ? { text } : config, values, this.#token);
      return await sendGuarded(this.#client, guarded).catch((error: unknown) => {
        behind = guarded.isBehind(error);
        throw error;
      });
    } catch (error) {
      if (!mayGoElsewhere(error, behind)) throw error;
      await this.#moveToPrimary(error);
      return await this.#watch(plain);
    }
  }

  async #watch<T>(run: () => Promise<T>): Promise<T> {
    try {
      return await run();
    } catch (error) {
      if (isLoss(error)) this.#lost = true;
      throw error;
    }
  }

  async #moveToPrimary(error: unknown): Promise<void> {
    const left = this.#client;
    this.#client = await this.#opened.primary.connect();
    if (isLoss(error)) this.#replica?.leave();
    this.#replica = null;
    this.#opened.figures.routed("rerouted");
    // With whatever it had begun.
    left.release(true);
  }
}
