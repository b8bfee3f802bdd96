// The entry of the program, for bin/tenfold.mjs: an engine's own process, or a command.
if (process.argv[2] === "engine-process") {
  const { runEngine } = await import("./engine-process.ts");
  await runEngine(process.argv[3] ?? "");
} else {
  const { runCommandLine } = await import("./command-line.ts");
  process.exitCode = await runCommandLine(process.argv);
}
