import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { isFault } from "../fault/index.ts";
import { RedisServer } from "../testing/redis-server.ts";
import { createRuntime } from "./create-runtime.ts";

test("parts share their connections, and closing ends them all", async () => {
  await using redis = await RedisServer.start();
  const runtime = await createRuntime({ env: redis.env, warn: () => {} });
  const double = runtime.cache.wrap(async (number: number) => number * 2, { name: "double", ttl: 1_000 });
  assert.equal(await double(2), 4);
  const rate = runtime.limits.rate("all", { limit: 10, per: 1_000 });
  assert.equal((await rate.take("k")).allowed, true);
  await runtime.sessions.list("ada");
  assert.equal(runtime.sessions, runtime.sessions);
  const clients = String(await redis.command("CLIENT", "LIST", "TYPE", "normal"));
  const names = [...clients.matchAll(/ name=(\S+)/g)].map(([, name]) => name?.split(":").at(-1)).toSorted();
  assert.deepEqual(
    names.filter((name) => name !== undefined),
    ["cache", "durable"],
  );
  await runtime.close();
  await runtime.close();
  await assert.rejects(runtime.cache.get("a"), (error) => isFault(error, "TF_RT_CLOSED"));
});

test("an environment that cannot be used is told at once, and an option before anything is connected", async () => {
  await assert.rejects(createRuntime({ env: { REDIS_URL: "x", PORT: "x" } }), (error) => {
    return isFault(error, "TF_RT_ENVIRONMENT") && error.lines.length === 2;
  });
  await using runtime = await createRuntime({ env: {}, sessions: { idle: 1 } });
  assert.throws(
    () => runtime.sessions,
    (error) => isFault(error, "TF_RT_OPTION"),
  );
  assert.equal((await runtime.limits.rate("a", { limit: 1, per: 1_000 }).take("k")).allowed, true);
});

test("an application that uses sessions, cache and limits loads no package but those of the runtime", () => {
  const program = `
    import { register } from "node:module";
    register("data:text/javascript," + encodeURIComponent(\`
      export async function resolve(specifier, context, next) {
        const found = await next(specifier, context);
        const name = /node_modules\\\\/((?:@[^/]+\\\\/)?[^/]+)/.exec(found.url)?.[1];
        if (name !== undefined) process._rawDebug("loaded " + name);
        return found;
      }
    \`));
    const { createRuntime } = await import("./index.ts");
    const runtime = await createRuntime({ env: { REDIS_URL: "redis://127.0.0.1:1" }, warn: () => {} });
    runtime.sessions; runtime.cache; runtime.limits;
    await runtime.close();
  `;
  const { status, stderr } = spawnSync(
    process.execPath,
    ["--conditions=source", "--input-type=module", "--eval", program],
    { cwd: join(import.meta.dirname, ".."), encoding: "utf8" },
  );
  assert.equal(status, 0, stderr);
  const loaded = new Set([...stderr.matchAll(/^loaded (.+)$/gm)].map(([, name]) => name));
  assert.deepEqual([...loaded].toSorted(), ["@redis/client", "lru-cache"]);
});
