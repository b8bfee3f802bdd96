import { Connection, type ConnectionOptions } from "./connection.ts";

export interface PoolOptions {
  readonly connection: Omit<ConnectionOptions, "onClose">;
  /** The most connections at a time; who comes when all are busy waits for one. */
  readonly most: number;
  /** Whether connections are used again. */
  readonly isKept: boolean;
  /** An idle connection that is older is closed instead of used: servers close theirs after 5 s and more. */
  readonly idleMs: number;
}

/** Connections to one target. The one used last is used next, so that those too many grow old and are closed. */
export class Pool {
  readonly #options: PoolOptions;
  readonly #idle: Connection[] = [];
  readonly #all = new Set<Connection>();
  readonly #waiting = new Set<(connection: Connection | null) => void>();
  #opened = 0;
  #waited = 0;
  #isClosed = false;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /** How many connections were opened so far. */
  get opened(): number {
    return this.#opened;
  }

  /** How many requests had to wait, since all connections were busy. */
  get waited(): number {
    return this.#waited;
  }

  /**
   * A connection for one request: give it back with `release`. `fresh` asks for one that nobody used. `null`: closed, or
   * none was free within so many milliseconds.
   */
  acquire(fresh: boolean, timeoutMs: number): Connection | null | Promise<Connection | null> {
    if (this.#isClosed) return null;
    if (!fresh) {
      const oldest = performance.now() - this.#options.idleMs;
      for (let idle = this.#idle.pop(); idle !== undefined; idle = this.#idle.pop()) {
        if (idle.isUsable && idle.idleSince >= oldest) return idle;
        idle.close();
      }
    }
    if (this.#all.size < this.#options.most) return this.#open();
    this.#waited += 1;
    return new Promise((resolve) => {
      const give = (connection: Connection | null): void => {
        clearTimeout(timer);
        this.#waiting.delete(give);
        resolve(connection);
      };
      const timer = setTimeout(() => give(null), timeoutMs);
      this.#waiting.add(give);
    });
  }

  release(connection: Connection): void {
    if (!connection.isUsable) return;
    if (!this.#options.isKept || this.#isClosed) {
      connection.close();
      return;
    }
    const next = this.#next();
    if (next !== undefined) {
      next(connection);
      return;
    }
    connection.idleSince = performance.now();
    this.#idle.push(connection);
  }

  /** Closes all connections; requests under way end as reset. */
  close(): void {
    this.#isClosed = true;
    for (const give of [...this.#waiting]) give(null);
    for (const connection of this.#all) connection.close();
  }

  /** Who waits longest. */
  #next(): ((connection: Connection | null) => void) | undefined {
    return this.#waiting.values().next().value;
  }

  #open(): Connection {
    const connection = new Connection({
      ...this.#options.connection,
      onClose: (closed) => this.#onClose(closed),
    });
    this.#all.add(connection);
    this.#opened += 1;
    return connection;
  }

  #onClose(connection: Connection): void {
    this.#all.delete(connection);
    if (this.#isClosed || this.#all.size >= this.#options.most) return;
    const next = this.#next();
    if (next !== undefined) next(this.#open());
  }
}
