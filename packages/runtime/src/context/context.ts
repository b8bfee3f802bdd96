import { type Environment, readEnvironment } from "../environment/index.ts";
import { Fault, isFault } from "../fault/index.ts";
import { Connection, type Follow, type RedisPort, type RedisRole, redisSource } from "../redis/index.ts";
import { type Clock, SYSTEM_CLOCK } from "./clock.ts";
import { Drains } from "./drains.ts";
import { HealthBoard } from "./health-board.ts";
import { Meters } from "./meters.ts";

/** Told of what an operator should know and no caller can be told: a server that is away. Holds no secret. */
export type Warn = (message: string, detail: Readonly<Record<string, unknown>>) => void;

/** How Redis is reached. Times in milliseconds. */
export interface RedisOptions {
  /** Of a command. Default 1,000. */
  readonly deadline?: number;
  /** How long a lost server is waited for before commands fail at once. Default 1,000. */
  readonly patience?: number;
  /** Default `front` where there is a REDIS_URL, else `sentinel`. */
  readonly follow?: Follow;
}

export interface ContextOptions {
  /** Default `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly clock?: Clock;
  readonly redis?: RedisOptions;
  /** Default: a line of JSON to standard error. */
  readonly warn?: Warn;
}

/** What every part is given. Parts share one, so that they share its connections. */
export interface Context {
  readonly environment: Environment;
  readonly clock: Clock;
  readonly meters: Meters;
  readonly health: HealthBoard;
  readonly drains: Drains;
  readonly warn: Warn;
  /** The shared connection of a role, made at its first command. Throws `TF_RT_NOT_CONFIGURED`. */
  redis(role: RedisRole): RedisPort;
  /** Whether the environment names a server for the role. */
  hasRedis(role: RedisRole): boolean;
  /** Closes the connections. After the parts. */
  close(): Promise<void>;
}

function checkRedisOptions({ deadline, patience }: RedisOptions): void {
  for (const [name, value] of Object.entries({ deadline, patience })) {
    if (value === undefined || value > 0) continue;
    throw new Fault("TF_RT_OPTION", `redis.${name}: ${value} is no positive number of milliseconds`);
  }
}

/** Reads the environment and connects to nothing. Throws `TF_RT_ENVIRONMENT` and `TF_RT_OPTION`. */
export function openContext(options: ContextOptions = {}): Context {
  checkRedisOptions(options.redis ?? {});
  const environment = readEnvironment(options.env ?? process.env);
  const { meters, health } = { meters: new Meters(), health: new HealthBoard() };
  const warn = options.warn ?? warnOnStandardError(environment.instanceId);
  const ports = new Map<RedisRole, Connection>();
  const source = (role: RedisRole) => redisSource(environment, role, options.redis?.follow);

  const open = (role: RedisRole): Connection => {
    const name = `${environment.instanceId}:${role}`.replaceAll(/[^\w:.-]/g, "_");
    const port = new Connection({ role, source: source(role), name, ...options.redis });
    tellOf(port, { meters, health, warn });
    return port;
  };

  return {
    environment,
    clock: options.clock ?? SYSTEM_CLOCK,
    meters,
    health,
    drains: new Drains(),
    warn,
    redis(role) {
      const known = ports.get(role);
      if (known !== undefined) return known;
      const port = open(role);
      ports.set(role, port);
      return port;
    },
    hasRedis(role) {
      try {
        source(role);
        return true;
      } catch (error) {
        if (isFault(error, "TF_RT_NOT_CONFIGURED")) return false;
        throw error;
      }
    },
    async close() {
      await Promise.all([...ports.values()].map((port) => port.close()));
    },
  };
}

function tellOf(port: RedisPort, { meters, health, warn }: Pick<Context, "meters" | "health" | "warn">): void {
  const { role } = port;
  const lost = meters.counter("tenfold_redis_lost_total", "Connections to Redis that were lost.", { role });
  meters.gauge("tenfold_redis_up", "1 while there is a connection to Redis.", () => Number(port.state === "ready"), {
    role,
  });
  port.onState((state) => {
    if (state === "away" || state === "refused") {
      if (state === "away") lost.value += 1;
      warn(`the ${role} Redis is ${state}`, { trouble: port.trouble });
    } else if (state === "ready" && lost.value > 0) warn(`the ${role} Redis is back`, {});
  });
  health.add({
    name: role === "durable" ? "redis" : "redis_cache",
    required: false,
    async check() {
      await port.send(["PING"], { repeatable: true });
      return "ok";
    },
  });
}

function warnOnStandardError(instance: string): Warn {
  return (message, detail) => {
    process.stderr.write(`${JSON.stringify({ level: "warn", instance, message, ...detail })}\n`);
  };
}
