import type pg from "pg";
import { given } from "./callback.ts";
import { PoolShape } from "./pool-shape.ts";
import type { Opened } from "./reading.ts";

/** What it reads by. */
interface Reader {
  readonly opened: Opened | null;
  read(config: string | pg.QueryConfig, values?: readonly unknown[]): Promise<pg.QueryResult>;
  connectToRead(): Promise<pg.PoolClient>;
}

/** The reads of a `RoutingPool`, shaped as a pool of pg: for Kysely, Drizzle, and whoever takes one. */
export class ReadingPool extends PoolShape {
  readonly #home: Reader;

  constructor(home: Reader) {
    super();
    this.#home = home;
  }

  get opened(): Opened | null {
    return this.#home.opened;
  }

  // biome-ignore lint/suspicious/noExplicitAny: the overloads of pg.
  query(config: any, second?: unknown, third?: unknown): unknown {
    const values = typeof second === "function" ? undefined : second;
    return given(
      this.#home.read(config, values as unknown[]),
      [second, third].find((one) => typeof one === "function"),
    );
  }

  connect(callback?: unknown): unknown {
    return given(this.#home.connectToRead(), callback);
  }

  /** Ends nothing: its connections are the router's. */
  end(callback?: unknown): unknown {
    return given(Promise.resolve(), callback);
  }
}
