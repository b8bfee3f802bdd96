import { fork } from "node:child_process";
import { once } from "node:events";
import { RedisServer } from "../../packages/runtime/src/testing/redis-server.ts";
import { load } from "./raw-load.ts";
import { atLeast, inTurns, type Measured, measured, median, type Row } from "./row.ts";
import type { Variant } from "./sessions-server.ts";

const CONNECTIONS = 50;
const MILLISECONDS = 2_000;

interface Server {
  readonly port: number;
  readonly cookie: string;
  /** Processor time that it has used, in microseconds. */
  used(): Promise<number>;
  stop(): Promise<void>;
}

async function start(variant: Variant, url: string): Promise<Server> {
  const child = fork(new URL("./sessions-server.ts", import.meta.url), [variant], {
    env: { ...process.env, NODE_ENV: "production", REDIS_URL: url },
    execArgv: ["--conditions=source"],
  });
  const [port] = (await once(child, "message")) as [number];
  const login = await fetch(`http://127.0.0.1:${port}/login`, {
    method: "POST",
    headers: { "x-forwarded-proto": "https" },
  });
  const cookie = login.headers
    .getSetCookie()
    .map((header) => header.split(";")[0])
    .join("; ");
  const stop = async () => {
    child.kill();
    await once(child, "exit");
  };
  const used = async () => {
    const answered = once(child, "message");
    child.send("used");
    const [{ user, system }] = (await answered) as [NodeJS.CpuUsage];
    return user + system;
  };
  return { port, cookie, used, stop };
}

const VARIANTS: readonly Variant[] = [
  "express",
  "express ours",
  "express ours, renewing each time",
  "express-session",
  "fastify",
  "fastify ours",
  "@fastify/session",
];

async function commandsEach(redis: RedisServer, { port, cookie }: Server): Promise<number> {
  const ask = () => fetch(`http://127.0.0.1:${port}/`, { headers: { cookie, "x-forwarded-proto": "https" } });
  await redis.command("CONFIG", "RESETSTAT");
  for (let at = 0; at < 100; at += 1) await (await ask()).arrayBuffer();
  const counts = await redis.commandCounts();
  const own = Object.entries(counts).filter(([name]) => /^(get|set|expire|hgetall|evalsha|pexpire|getex)/.test(name));
  // What a script calls is counted as well, and is no round trip.
  const scripted = (counts.evalsha ?? 0) > 0 ? ["pexpire", "expire", "hset"] : [];
  return own.reduce((sum, [name, count]) => sum + (scripted.includes(name) ? 0 : count), 0) / 100;
}

export const row: Row = {
  name: `Sessions: requests that read a session, ${CONNECTIONS} at once, one process`,
  async measure(runs) {
    await using redis = await RedisServer.start();
    const servers = new Map<Variant, Server>();
    try {
      for (const variant of VARIANTS) servers.set(variant, await start(variant, redis.url));
      const costs = new Map<Variant, number[]>(VARIANTS.map((variant) => [variant, []]));
      const run = (variant: Variant) => async () => {
        const { port, cookie, used } = servers.get(variant) as Server;
        const before = await used();
        const { answers, milliseconds } = await load({
          port,
          cookie,
          connections: CONNECTIONS,
          milliseconds: MILLISECONDS,
        });
        costs.get(variant)?.push(((await used()) - before) / answers);
        return (answers * 1_000) / milliseconds;
      };
      for (const variant of VARIANTS) await run(variant)();
      for (const values of costs.values()) values.length = 0;
      const all = VARIANTS.map((variant) => [variant, run(variant)] as const);
      const rates = await inTurns(runs, Object.fromEntries(all) as Record<Variant, () => Promise<number>>);
      const costOf = (variant: Variant) => costs.get(variant) ?? [];
      const ratio = (what: string, ours: Variant, peer: Variant, of: (variant: Variant) => readonly number[]) =>
        measured(
          `${ours} : ${peer}, ${what}`,
          of(ours).map((value, at) => value / (of(peer)[at] ?? Number.NaN)),
          "times",
          {
            goal: atLeast(1.5, "times"),
          },
        );
      // What one process can do when the processor is its own.
      const possible = (variant: Variant) => costOf(variant).map((cost) => 1e6 / cost);
      const lines: Measured[] = [];
      for (const variant of VARIANTS) {
        const rate = Math.round(median(rates[variant])).toLocaleString("en-US");
        const note = `${rate} requests/s, ${(await commandsEach(redis, servers.get(variant) as Server)).toFixed(2)} round trips`;
        lines.push(measured(variant, costOf(variant), "µs processor", { note }));
      }
      return [
        ratio("by processor time", "express ours", "express-session", possible),
        ratio("requests a second", "express ours", "express-session", (variant) => rates[variant]),
        ratio("by processor time", "fastify ours", "@fastify/session", possible),
        ratio("requests a second", "fastify ours", "@fastify/session", (variant) => rates[variant]),
        ...lines,
      ];
    } finally {
      await Promise.all([...servers.values()].map((server) => server.stop()));
    }
  },
};
