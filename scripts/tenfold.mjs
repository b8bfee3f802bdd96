// Runs Tenfold's command line from its sources.
import { join } from "node:path";
import { environment, NODE, ROOT } from "./bootstrap.mjs";
import { runForeground } from "./foreground.mjs";

/** Runs a command of Tenfold in the example's directory, and resolves to its exit code. */
export async function tenfold(args) {
  const main = join(ROOT, "packages", "tenfold", "src", "cli", "main.ts");
  const { code } = await runForeground([NODE, "--conditions=source", main, ...args], {
    cwd: join(ROOT, "examples", "tutormax"),
    env: environment(),
  });
  return code;
}
