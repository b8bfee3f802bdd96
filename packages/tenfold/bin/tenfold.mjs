#!/usr/bin/env node
// Runs Tenfold: the compiled one when installed, the sources in its own repository.
import { existsSync } from "node:fs";
import { registerHooks } from "node:module";

const [major = 0] = process.versions.node.split(".").map(Number);
if (major < 24) {
  process.stderr.write(
    `error: Tenfold needs Node 24 or newer, and this is ${process.version} (${process.execPath})\nhint: install Node 24, or run Tenfold with npx in a project that has the npm package "node"\n`,
  );
  process.exit(3);
}
const source = new URL("../src/cli/main.ts", import.meta.url);
if (existsSync(source)) {
  registerHooks({
    resolve: (specifier, context, next) =>
      next(specifier, { ...context, conditions: [...context.conditions, "source"] }),
  });
  await import(source.href);
} else {
  await import("../dist/cli/main.js");
}
