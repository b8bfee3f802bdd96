import { PgBouncer } from "./pgbouncer.ts";
import { Postgres } from "./postgres.ts";
import { RedisServer } from "./redis-server.ts";
import { Scratch } from "./scratch.ts";

/** What the application finds in a fleet: a primary and its replica behind a pooler, and Redis. */
export class Services implements AsyncDisposable {
  readonly primary: Postgres;
  readonly replica: Postgres;
  readonly pooler: PgBouncer;
  readonly redis: RedisServer;
  readonly #scratch: Scratch;
  readonly #stack: AsyncDisposableStack;

  private constructor(
    scratch: Scratch,
    stack: AsyncDisposableStack,
    servers: Pick<Services, "primary" | "replica" | "pooler" | "redis">,
  ) {
    this.#scratch = scratch;
    this.#stack = stack;
    this.primary = servers.primary;
    this.replica = servers.replica;
    this.pooler = servers.pooler;
    this.redis = servers.redis;
  }

  static async start(): Promise<Services> {
    await using stack = new AsyncDisposableStack();
    const scratch = stack.use(await Scratch.create());
    const redis = stack.use(await RedisServer.start(scratch));
    const primary = stack.use(await Postgres.primary(scratch));
    const replica = stack.use(await Postgres.replica(scratch, primary));
    const pooler = stack.use(await PgBouncer.start(scratch, primary, replica));
    return new Services(scratch, stack.move(), { primary, replica, pooler, redis });
  }

  /** What Tenfold would set. */
  get env(): Readonly<Record<string, string>> {
    return {
      DATABASE_URL: this.pooler.url,
      DATABASE_READ_URL_1: this.pooler.readUrl,
      DATABASE_DIRECT_URL: this.primary.url,
      REDIS_ENABLED: "true",
      REDIS_URL: this.redis.url,
    };
  }

  /** Stops everything, and throws when something is left. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
    await this.#scratch.assertGone();
  }
}
