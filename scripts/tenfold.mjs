// Runs Tenfold's command line from its sources.
import { join } from "node:path";
import { environment, NODE, ROOT } from "./bootstrap.mjs";
import { runForeground } from "./foreground.mjs";

/** Runs a command of Tenfold in the example's directory, and resolves to its exit code. */
export async function tenfold(args) {
  const main = join(ROOT, "packages", "tenfold", "bin", "tenfold.mjs");
  const { code } = await runForeground([NODE, main, ...args], {
    cwd: join(ROOT, "examples", "tutormax"),
    env: environment(),
  });
  return code;
}
