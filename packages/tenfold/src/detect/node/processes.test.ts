import assert from "node:assert/strict";
import { test } from "node:test";
import { detected, type Files } from "../detected.fixture.ts";
import { pkg, SERVER } from "./package.fixture.ts";

test("what must be built first is said, unless it is built", () => {
  const next = pkg({ scripts: { build: "next build" }, dependencies: ["next"] });
  assert.match(detected({ ...next, "yarn.lock": null }).warnings, /must be built before tenfold up: yarn build/);
  assert.doesNotMatch(detected({ ...next, ".next/BUILD_ID": null }).warnings, /must be built/);
  const compiled = pkg({ scripts: { build: "tsc", start: "node dist/x.js" }, dependencies: ["express"] });
  assert.match(detected(compiled).warnings, /must be built before tenfold up: npm run build/);
});

test("a port in the source is named with file, line and remedy; one that falls back is fine", () => {
  const app = (text: string): string =>
    detected({ ...pkg({ scripts: { start: "node server.js" }, dependencies: ["express"] }), "server.js": text })
      .warnings;
  assert.match(
    app("\n\napp.listen(3000, () => {});\n"),
    /server\.js:3 always listens on 3000, .*process\.env\.PORT \?\? 3000 there: app\.listen\(3000, \(\) => \{\}\);/,
  );
  assert.match(app("const port = 8080;\napp.listen(port);\n"), /server\.js:1 always listens on 8080/);
  assert.equal(app("const port = process.env.PORT || 3000;\napp.listen(port);\n"), "");
  assert.match(app("start();\n"), /Nothing was seen that reads \$PORT/);
});

test("workers come from scripts, else from BullMQ's in the sources", () => {
  const base = { dependencies: ["express", "bullmq", "pg"] };
  const start = { start: "node server.js" };
  const named = detected({
    ...pkg({
      ...base,
      scripts: { ...start, worker: "node worker.js", "worker:mail": "node mail.js", "worker:dev": "nodemon worker.js" },
    }),
    "server.js": SERVER,
  });
  assert.deepEqual(
    Object.entries(named.spec.workers).map(([name, { command }]) => [name, command]),
    [
      ["worker", "node worker.js"],
      ["mail", "node mail.js"],
    ],
  );
  const seen = detected({
    ...pkg({ ...base, scripts: start }),
    "server.js": SERVER,
    "src/jobs.js": "import { Worker } from 'bullmq';\nnew Worker('reports', handle, { connection });\n",
  });
  assert.equal(seen.spec.workers.reports?.command, "node src/jobs.js");
  assert.equal(seen.spec.workers.reports?.queue, "reports");
  assert.ok(seen.spec.redis !== false && seen.spec.postgres !== false);
});

test("a queue that the web process works on is pointed out", () => {
  const { spec, warnings } = detected({
    ...pkg({ scripts: { start: "node server.js" }, dependencies: ["bullmq"] }),
    "server.js": `import { Worker } from "bullmq";\nnew Worker("mail", f);\nserver.listen(process.env.PORT);\n`,
  });
  assert.deepEqual(spec.workers, {});
  assert.match(warnings, /server\.js:2 works on a queue in the web process/);
});

test("what runs by the clock in every instance is pointed out, and a scheduler script is used", () => {
  const base = {
    "server.js": `import cron from "node-cron";\ncron.schedule("* * * * *", f);\napp.listen(process.env.PORT);\n`,
  };
  const every = detected({ ...pkg({ scripts: { start: "node server.js" }, dependencies: ["node-cron"] }), ...base });
  assert.match(every.warnings, /server\.js:2 runs by the clock, in every instance/);
  const script = { start: "node server.js", scheduler: "node clock.js" };
  const apart = detected({ ...pkg({ scripts: script, dependencies: ["node-cron"] }), ...base });
  assert.equal(JSON.stringify(apart.spec.scheduler).includes("node clock.js"), true);
});

test("migrations of Prisma, Knex, Drizzle and scripts become the release command", () => {
  const release = (dependencies: string[], files: Files, scripts = {}): unknown =>
    detected({
      ...pkg({ scripts: { start: "node server.js", ...scripts }, dependencies }),
      "server.js": SERVER,
      ...files,
    }).spec.release;
  assert.equal(
    release(["prisma", "@prisma/client"], {
      "prisma/schema.prisma": 'datasource db {\n  provider = "postgresql"\n}\n',
    }),
    "DATABASE_URL=$DATABASE_DIRECT_URL node_modules/.bin/prisma migrate deploy",
  );
  assert.equal(release(["knex"], { "knexfile.js": "" }), "node_modules/.bin/knex migrate:latest");
  assert.equal(release(["drizzle-kit"], { "drizzle.config.ts": "" }), "node_modules/.bin/drizzle-kit migrate");
  assert.equal(release([], {}, { "db:migrate": "node migrate.js" }), "npm run db:migrate");
  assert.equal(release([], {}, { migrate: "prisma migrate dev" }), false);
});

test("Prisma's provider decides on PostgreSQL, and SQLite is pointed out", () => {
  const prisma = (provider: string): ReturnType<typeof detected> =>
    detected({
      ...pkg({ scripts: { start: "node server.js" }, dependencies: ["prisma"] }),
      "server.js": SERVER,
      "prisma/schema.prisma": `datasource db {\n  provider = "${provider}"\n}\n`,
    });
  assert.ok(prisma("postgresql").spec.postgres !== false);
  assert.match(prisma("postgresql").warnings, /Prisma needs \?pgbouncer=true/);
  assert.equal(prisma("sqlite").spec.postgres, false);
  assert.match(prisma("sqlite").warnings, /prisma\/schema\.prisma:2 uses SQLite/);
});

test("Socket.IO and sessions in memory keep a visitor on one instance", () => {
  const start = { start: "node server.js" };
  const io = detected({ ...pkg({ scripts: start, dependencies: ["socket.io"] }), "server.js": SERVER });
  assert.equal(io.spec.web.sticky, "cookie");
  assert.match(io.warnings, /add @socket\.io\/redis-streams-adapter/);
  const memory = detected({
    ...pkg({ scripts: start, dependencies: ["express-session"] }),
    "server.js": `${SERVER}app.use(session({}));\n`,
  });
  assert.equal(memory.spec.web.sticky, "cookie");
  assert.match(memory.warnings, /server\.js:4 keeps sessions in memory/);
  const redis = detected({
    ...pkg({ scripts: start, dependencies: ["express-session", "connect-redis"] }),
    "server.js": SERVER,
  });
  assert.equal(redis.spec.web.sticky, false);
});

test("routes for health are found in calls, comparisons, files and classes", () => {
  const health = (files: Files, dependencies: string[] = []): string | null => {
    const { web } = detected({
      ...pkg({ scripts: { start: "node server.js" }, dependencies }),
      "server.js": SERVER,
      ...files,
    }).spec;
    return web.health.strict ? web.health.path : null;
  };
  assert.equal(health({ "a.js": "app.get('/healthz', f);\n" }), "/healthz");
  assert.equal(health({ "a.js": "if (url.pathname === '/health') {}\n" }), "/health");
  assert.equal(health({ "app/api/health/route.ts": "export {};\n" }), "/api/health");
  assert.equal(health({ "src/h.ts": "@Controller('health')\n" }), "/health");
  assert.equal(health({ "src/h.ts": "@Controller('health')\n", "src/main.ts": "app.setGlobalPrefix('api');\n" }), null);
  assert.equal(health({ "a.js": "router.get('/health', f);\n" }), null);
  assert.equal(health({ "test/a.js": "app.get('/health', f);\n" }), null);
});

test("databases that Tenfold does not run are named", () => {
  const { warnings } = detected({
    ...pkg({ scripts: { start: "node server.js" }, dependencies: ["mysql2", "mongoose"] }),
    "server.js": SERVER,
  });
  assert.match(warnings, /mysql2: Tenfold does not run MySQL/);
  assert.match(warnings, /mongoose: Tenfold does not run MongoDB/);
});
