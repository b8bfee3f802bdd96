/**
 * Compiles the packages that are published into their `dist`: JavaScript and types, for those who install them.
 * `node --conditions=source scripts/build.ts`. In the repository everything runs from its sources.
 */
import { spawnSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "..");
/** In this order: who is imported comes first, since its types are read from its `dist`. */
const PACKAGES = ["protocol", "runtime", "tenfold"];

for (const name of PACKAGES) {
  const home = join(ROOT, "packages", name);
  rmSync(join(home, "dist"), { recursive: true, force: true });
  const config = join(home, "tsconfig.build.json");
  writeFileSync(
    config,
    JSON.stringify({
      extends: "../../tsconfig.json",
      compilerOptions: {
        noEmit: false,
        rootDir: "src",
        outDir: "dist",
        customConditions: [],
        rewriteRelativeImportExtensions: true,
      },
      include: ["src"],
      exclude: ["src/**/*.test.ts", "src/**/*.fixture.ts", "src/**/testing", "src/**/conformance.ts"],
    }),
  );
  try {
    const { status } = spawnSync(join(ROOT, "node_modules/.bin/tsc"), ["-p", config], { stdio: "inherit" });
    if (status !== 0) process.exit(1);
  } finally {
    rmSync(config);
  }
}
