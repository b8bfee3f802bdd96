// npm run drills [-- --OPTION...]: installs what is missing, then runs the long drills of tests/drills/main.ts.
import { join } from "node:path";
import { ensureEngines, ensureTools, environment, NODE, ROOT } from "./bootstrap.mjs";
import { runForeground } from "./foreground.mjs";

ensureTools();
await ensureEngines([]);
const argv = [NODE, "--conditions=source", join(ROOT, "tests", "drills", "main.ts"), ...process.argv.slice(2)];
const { code } = await runForeground(argv, { cwd: ROOT, env: environment() });
process.exitCode = code;
