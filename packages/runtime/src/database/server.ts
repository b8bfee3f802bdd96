import type pg from "pg";
import type { Context } from "../context/index.ts";
import { isFault } from "../fault/index.ts";
import type { DatabaseFigures } from "./figures.ts";
import type { DatabaseRules } from "./options.ts";
import { connectFault, isLoss } from "./outcome.ts";
import { SlowLog } from "./slow-log.ts";
import { keepTimerLists } from "./timer-lists.ts";
import { watchedClient } from "./watched-client.ts";

/** After so many milliseconds without use a connection is closed. */
const IDLE = 30_000;

/** A URL of the database, with its pool. */
export class Server {
  readonly pool: pg.Pool;
  readonly #stop: () => void;
  /** Whether a pooler is between; `null` while that is not known. */
  #pooled: boolean | null = null;

  constructor({ Pool, Client }: typeof pg, url: string, { context, rules, figures, target, connections }: ServerParts) {
    const { instanceId } = context.environment;
    const slow = new SlowLog(context, rules.slow, figures);
    const Watched = watchedClient(Client, {
      ended: (text, milliseconds) => {
        figures.took(target, milliseconds);
        slow.look(text, milliseconds, target);
      },
      failed: (outcome) => figures.failed(outcome),
      keepsNames: () => rules.named === "always" || (rules.named === "direct" && this.#pooled === false),
    });
    this.pool = new Pool({
      connectionString: url,
      application_name: instanceId,
      max: connections,
      connectionTimeoutMillis: rules.patience,
      query_timeout: rules.deadline,
      idleTimeoutMillis: IDLE,
      keepAlive: true,
      Client: Watched,
      onConnect: async (client) => await this.#probe(client as unknown as pg.Client),
    });
    this.#stop = keepTimerLists(rules.patience, rules.deadline, IDLE);
    // Of an idle connection: the pool makes another one.
    this.pool.on("error", () => {});
  }

  async connect(): Promise<pg.PoolClient> {
    try {
      return await this.pool.connect();
    } catch (error) {
      throw connectFault(error);
    }
  }

  async query(config: string | object, values?: unknown): Promise<pg.QueryResult> {
    try {
      return await this.#send(config as string, values as unknown[]);
    } catch (error) {
      // Where it was asked, and not where its answer was read.
      if (error instanceof Error && !isFault(error)) Error.captureStackTrace(error);
      throw error;
    }
  }

  /** By callbacks: two promises less for each statement. */
  #send(config: string, values: unknown[]): Promise<pg.QueryResult> {
    return new Promise((resolve, reject) => {
      this.pool.connect((failure, client, release) => {
        if (client === undefined || failure) {
          reject(connectFault(failure));
          return;
        }
        client.query(config, values, (error, result) => {
          // What has had an answer leaves its connection as it was.
          release(error ? isLoss(error) : false);
          if (error) reject(error);
          else resolve(result);
        });
      });
    });
  }

  async close(): Promise<void> {
    this.#stop();
    if (!this.pool.ending) await this.pool.end();
  }

  /** A pooler gives its clients ids of its own. Whoever is told a name of a process that it does not have is behind one. */
  async #probe(client: pg.Client): Promise<void> {
    if (this.#pooled !== null) return;
    const { rows } = await client.query<{ pid: number }>("select pg_backend_pid() as pid");
    this.#pooled = rows[0]?.pid !== (client as unknown as { processID: number | null }).processID;
  }
}

export interface ServerParts {
  readonly context: Context;
  readonly rules: DatabaseRules;
  readonly figures: DatabaseFigures;
  readonly target: "primary" | "replica";
  readonly connections: number;
}
