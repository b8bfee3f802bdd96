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
  return { port, cookie, stop };
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
      const rate = (variant: Variant) => async () => {
        const { port, cookie } = servers.get(variant) as Server;
        return await load({ port, cookie, connections: CONNECTIONS, milliseconds: MILLISECONDS });
      };
      for (const variant of VARIANTS) await rate(variant)();
      const rates = await inTurns(
        runs,
        Object.fromEntries(VARIANTS.map((variant) => [variant, rate(variant)])) as Record<
          Variant,
          () => Promise<number>
        >,
      );
      const line = async (variant: Variant, peer?: Variant, floor?: Variant): Promise<Measured> => {
        const asked = (await commandsEach(redis, servers.get(variant) as Server)).toFixed(2);
        const own = (of: Variant) => 1e6 / median(rates[of]) - (floor === undefined ? 0 : 1e6 / median(rates[floor]));
        const added = floor === undefined ? "" : `, ${own(variant).toFixed(0)} µs a request beyond none`;
        if (peer === undefined)
          return measured(variant, rates[variant], "/s", { note: `${asked} round trips${added}` });
        const ratios = rates[variant].map((value, at) => value / (rates[peer][at] ?? Number.NaN));
        return measured(`${variant} : ${peer}`, ratios, "times", {
          goal: atLeast(1.5, "times"),
          note: `${asked} round trips; beyond no session ${own(variant).toFixed(0)} against ${own(peer).toFixed(0)} µs a request`,
        });
      };
      return [
        await line("express ours", "express-session", "express"),
        await line("fastify ours", "@fastify/session", "fastify"),
        await line("express"),
        await line("express ours", undefined, "express"),
        await line("express ours, renewing each time", undefined, "express"),
        await line("express-session", undefined, "express"),
        await line("fastify"),
        await line("fastify ours", undefined, "fastify"),
        await line("@fastify/session", undefined, "fastify"),
      ];
    } finally {
      await Promise.all([...servers.values()].map((server) => server.stop()));
    }
  },
};
