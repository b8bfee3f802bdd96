/**
 * Runs a fleet file that is a program, in a process of its own: it may end the process, never end, change the
 * environment or print, and none of that reaches Tenfold. `argv[2]` is the file.
 */
import { registerHooks } from "node:module";
import { pathToFileURL } from "node:url";
import { copyPlain } from "../../spec/plain.ts";
import type { Answer, Thrown } from "./answer.ts";

/** Tenfold's own entry, compiled or not, whatever is installed in the user's project. */
const ENTRY = new URL(import.meta.url.endsWith(".ts") ? "../../index.ts" : "../../index.js", import.meta.url).href;

function answer(said: Answer): void {
  process.send?.(said, () => process.exit(0));
}

function thrownOf(thrown: unknown): Thrown {
  if (!(thrown instanceof Error)) {
    const shown = typeof thrown === "string" ? thrown : JSON.stringify(thrown);
    return { name: "", message: String(shown), code: null, stack: "" };
  }
  const code = "code" in thrown && typeof thrown.code === "string" ? thrown.code : null;
  const cause = thrown.cause instanceof Error ? `: ${thrown.cause.message}` : "";
  return { name: thrown.name, message: `${thrown.message}${cause}`, code, stack: String(thrown.stack) };
}

async function run(file: string): Promise<void> {
  const module: Record<string, unknown> = await import(pathToFileURL(file).href);
  if (!("default" in module)) {
    answer({ kind: "no-default", names: Object.keys(module) });
    return;
  }
  const exported: unknown = await module.default;
  const made: unknown = typeof exported === "function" ? await exported() : exported;
  const { plain, findings } = copyPlain(made);
  answer({ kind: "value", value: plain, findings });
}

// Warnings of Node.js about the kind of module are not for the user of a configuration file.
process.removeAllListeners("warning");
process.on("uncaughtException", (thrown) => answer({ kind: "threw", thrown: thrownOf(thrown) }));
// Nobody is left to answer to. The listener alone would keep this process alive.
process.once("disconnect", () => process.exit(1));
process.channel?.unref();
process.once("beforeExit", () => answer({ kind: "unsettled" }));
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === "tenfold" ? { url: ENTRY, shortCircuit: true } : next(specifier, context),
});
run(process.argv[2] ?? "").catch((thrown: unknown) => answer({ kind: "threw", thrown: thrownOf(thrown) }));
