import { enableCompileCache } from "node:module";

// Before anything else is loaded: with the cache, TypeScript costs no more to start than JavaScript.
enableCompileCache();

if (process.argv[2] === "engine-process") {
  const { runEngine } = await import("./engine-process.ts");
  await runEngine(process.argv[3] ?? "");
} else {
  const { runCommandLine } = await import("./command-line.ts");
  process.exitCode = await runCommandLine(process.argv);
}
