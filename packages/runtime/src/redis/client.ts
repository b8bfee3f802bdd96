import { BasicClientSideCache, createClient, RESP_TYPES } from "@redis/client";

/** Where to connect now, and how. */
export interface ClientOptions {
  readonly url: string;
  readonly name: string;
  /** Milliseconds that connecting may take, the greeting included. */
  readonly deadline: number;
  /** Whose keys' changes are told. */
  readonly prefixes: readonly string[];
  readonly onInvalidation: (key: string | null) => void;
  readonly onLost: (error: Error) => void;
}

const BUFFERED = { typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } } as const;

/** The server's tracking by prefix, received on the connection that the commands use. */
class Tracking extends BasicClientSideCache {
  readonly #prefixes: readonly string[];
  readonly #tell: (key: string | null) => void;

  constructor(prefixes: readonly string[], tell: (key: string | null) => void) {
    super({ recordStats: false });
    this.#prefixes = prefixes;
    this.#tell = tell;
  }

  override trackingOn(): string[] {
    return this.#prefixes.length === 0 ? ["CLIENT", "TRACKING", "OFF"] : trackingCommand(this.#prefixes);
  }

  override invalidate(key: string | Buffer | null): void {
    this.#tell(key === null ? null : key.toString());
  }
}

export function trackingCommand(prefixes: readonly string[]): string[] {
  return ["CLIENT", "TRACKING", "ON", "BCAST", ...prefixes.flatMap((prefix) => ["PREFIX", prefix])];
}

function create({ url, name, deadline, prefixes, onInvalidation }: ClientOptions) {
  return createClient({
    url,
    name,
    RESP: 3,
    disableOfflineQueue: true,
    maintNotifications: "disabled",
    clientSideCache: new Tracking(prefixes, onInvalidation),
    // The library's own deadline ends when a command is written; ours does not.
    commandOptions: { timeout: 0 },
    socket: { reconnectStrategy: false, connectTimeout: deadline },
  });
}

/** One connection of node-redis that does not connect again: when it is lost it is over. */
export class Client {
  readonly #redis: ReturnType<typeof create>;
  #destroyed = false;
  /** By `performance.now()`: when an answer came last to who sent something. */
  lastAnswer = 0;

  private constructor(options: ClientOptions) {
    this.#redis = create(options);
    const lost = (error: Error) => {
      if (!this.#destroyed) options.onLost(error);
    };
    this.#redis.on("error", lost);
    this.#redis.on("terminated", lost);
  }

  /** Throws what keeps it from connecting. */
  static async open(options: ClientOptions): Promise<Client> {
    const client = new Client(options);
    // The library's limit ends when the socket is open; a frozen server opens it and says nothing.
    const late = setTimeout(() => client.destroy(), options.deadline);
    try {
      await client.#redis.connect();
      if (client.#destroyed) throw new Error(`no greeting within ${options.deadline} ms`);
      return client;
    } catch (error) {
      client.destroy();
      throw error;
    } finally {
      clearTimeout(late);
    }
  }

  send(command: readonly (string | Buffer)[], buffers: boolean): Promise<unknown> {
    return this.#redis.sendCommand(command as (string | Buffer)[], buffers ? BUFFERED : undefined);
  }

  async subscribe(channel: string, listener: (message: string) => void): Promise<void> {
    await this.#redis.subscribe(channel, listener);
  }

  async unsubscribe(channel: string): Promise<void> {
    await this.#redis.unsubscribe(channel);
  }

  /** Whatever waits on it fails. Idempotent. */
  destroy(): void {
    this.#destroyed = true;
    this.#redis.destroy();
  }
}
