// npm test [-- PART_OF_A_FILE_NAME...]: installs what is missing, then runs all tests, or those of some files.
import { ensureEngines, ensureTools, environment, NODE, ROOT, step } from "./bootstrap.mjs";
import { installPython } from "./testing/python.mjs";
import { runSuite } from "./testing/suite.mjs";

const MINUTE = 60_000;

ensureTools();
await ensureEngines([]);
const filters = process.argv.slice(2);
if (filters.length === 0 || filters.some((filter) => "guide.test.ts".includes(filter))) installPython(step);
const controller = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => controller.abort());
process.exitCode = await runSuite({
  root: ROOT,
  node: NODE,
  env: environment(),
  filters,
  limits: { file: 3 * MINUTE, total: 30 * MINUTE },
  print: (line) => console.log(line),
  signal: controller.signal,
});
