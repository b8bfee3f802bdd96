import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { defineFleet } from "./index.ts";
import { temporaryProject } from "./project/temporary-project.fixture.ts";

const ROOT = join(import.meta.dirname, "../../..");

/** What the compiler says about a `tenfold.config.ts` of a user with strict settings. */
async function compile(program: string): Promise<string> {
  const options = {
    strict: true,
    noEmit: true,
    module: "nodenext",
    target: "es2024",
    allowImportingTsExtensions: true,
    exactOptionalPropertyTypes: true,
    types: [],
    paths: { tenfold: [join(import.meta.dirname, "index.ts")] },
  };
  await using project = await temporaryProject({
    "tenfold.config.ts": program,
    "package.json": '{"type": "module"}',
    "tsconfig.json": JSON.stringify({ compilerOptions: options, files: ["tenfold.config.ts"] }),
  });
  const run = promisify(execFile)(join(ROOT, "node_modules/.bin/tsc"), ["-p", project.directory]);
  return await run.then(
    () => "",
    (failed: unknown) => (failed instanceof Error && "stdout" in failed ? String(failed.stdout) : String(failed)),
  );
}

test("defineFleet gives back what it got", () => {
  const fleet = { web: { command: "node server.js" } };
  assert.equal(defineFleet(fleet), fleet);
  const make = (): typeof fleet => fleet;
  assert.equal(defineFleet(make), make);
});

test("the compiler accepts a fleet that is right", async () => {
  const program = `import { defineFleet } from "tenfold";
export default defineFleet({
  name: "tutormax",
  web: { command: "node src/server.ts", instances: 3, health: "/health", sticky: "cookie", memory: undefined },
  workers: { reports: { command: ["node", "src/worker.ts"], instances: { min: 1, max: 8 } }, mail: "node src/mail.ts" },
  release: "node src/migrate.ts",
  env: { LOG_LEVEL: "info", RETRIES: 3, DEBUG: false },
  postgres: { replicas: 2, pool: { size: 30 }, settings: { work_mem: "16MB" } },
  redis: { url: "\${REDIS_PRODUCTION}" },
  balancer: { engine: "nginx", tls: { certificate: "c.pem", key: "k.pem" }, rateLimit: "100/min", "x-note": 1 },
});
`;
  assert.equal(await compile(program), "");
  assert.equal(
    await compile('import { defineFleet } from "tenfold";\nexport default defineFleet(async () => ({ web: "x" }));\n'),
    "",
  );
});

test("the compiler refuses an unknown key, a wrong type and a wrong choice", async () => {
  const said = await compile(`import { defineFleet } from "tenfold";
defineFleet({ web: { command: "x", helth: "/up" } });
defineFleet({ web: { command: 3 } });
defineFleet({ web: { command: "x", sticky: "cooky" } });
defineFleet({ balancer: "haproxy" });
`);
  for (const [line, word] of [
    [2, "helth"],
    [3, "number"],
    [4, "cooky"],
    [5, "web"],
  ] as const)
    assert.match(said, new RegExp(`tenfold\\.config\\.ts\\(${line},\\d+\\).*${word}`, "s"));
});
