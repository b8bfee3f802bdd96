import { freePort } from "./free-port.ts";
import { PgBouncer } from "./pgbouncer.ts";
import { Postgres } from "./postgres.ts";
import { RedisServer } from "./redis-server.ts";
import { Scratch } from "./scratch.ts";

type Servers = Pick<Services, "primary" | "pooler" | "redis">;

/** What the application finds in a fleet: PostgreSQL behind a pooler, and Redis. */
export class Services implements AsyncDisposable {
  readonly primary: Postgres;
  readonly pooler: PgBouncer;
  readonly redis: RedisServer;
  readonly #scratch: Scratch;
  readonly #stack: AsyncDisposableStack;
  readonly #replicaPort: number;
  #hasReplica = false;

  private constructor(
    { primary, pooler, redis }: Servers,
    scratch: Scratch,
    stack: AsyncDisposableStack,
    port: number,
  ) {
    this.primary = primary;
    this.pooler = pooler;
    this.redis = redis;
    this.#scratch = scratch;
    this.#stack = stack;
    this.#replicaPort = port;
  }

  static async start(): Promise<Services> {
    await using stack = new AsyncDisposableStack();
    const scratch = stack.use(await Scratch.create());
    const redis = stack.use(await RedisServer.start(scratch));
    const primary = stack.use(await Postgres.primary(scratch));
    const replica = await freePort();
    const pooler = stack.use(await PgBouncer.start(scratch, { primary: primary.port, replica }));
    return new Services({ primary, pooler, redis }, scratch, stack.move(), replica);
  }

  /** Adds a streaming replica, once. */
  async addReplica(): Promise<Postgres> {
    const replica = this.#stack.use(await Postgres.replica(this.#scratch, this.primary, this.#replicaPort));
    this.#hasReplica = true;
    return replica;
  }

  /** What Tenfold would set. */
  get env(): Readonly<Record<string, string>> {
    return {
      DATABASE_URL: this.pooler.url,
      ...(this.#hasReplica ? { DATABASE_READ_URL_1: this.pooler.readUrl } : {}),
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
