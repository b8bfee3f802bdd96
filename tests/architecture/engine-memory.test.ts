import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { ROOT } from "../harness/program.ts";

const VALUES = /^(?:import|export)\s+(?!type\b)(?:([^;"']*?)\sfrom\s+)?["']([^"']+)["']/gm;

/** What a file imports when it runs; types are gone by then. */
function imports(path: string): string[] {
  return [...readFileSync(path, "utf8").matchAll(VALUES)].flatMap(([, names = "", specifier = ""]) => {
    const listed = /^\s*\{([^}]*)\}\s*$/
      .exec(names)?.[1]
      ?.split(",")
      .filter((name) => name.trim() !== "");
    const typesOnly = listed !== undefined && listed.length > 0 && listed.every((name) => /^\s*type\s/.test(name));
    return typesOnly ? [] : [specifier];
  });
}

/** The packages that a file brings into memory, itself and through others, each with the file that asks for it. */
function packagesOf(entry: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const seen = new Set<string>();
  const queue = [entry];
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    if (seen.has(path)) continue;
    seen.add(path);
    for (const specifier of imports(path)) {
      if (specifier.startsWith(".")) queue.push(join(dirname(path), specifier));
      else if (!specifier.startsWith("node:")) found.set(specifier, path.slice(ROOT.length + 1));
    }
  }
  return found;
}

test("an engine does without the libraries that only read fleet files and command lines: some 20 MB", () => {
  const packages = packagesOf(join(ROOT, "packages/tenfold/src/cli/engine-process.ts"));
  assert.ok(packages.has("pg"), "what it does need is found");
  for (const heavy of ["zod", "yaml", "commander"])
    assert.equal(packages.get(heavy), undefined, `${packages.get(heavy)} brings ${heavy} into the engine`);
});
