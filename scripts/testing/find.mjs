// Finds test files.
import { readdirSync } from "node:fs";
import { join } from "node:path";

const SKIPPED = new Set(["node_modules", "dist", ".git", ".tenfold"]);

function walk(root, directory) {
  let entries;
  try {
    entries = readdirSync(join(root, directory), { withFileTypes: true });
  } catch {
    return [];
  }
  return entries
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = `${directory}/${entry.name}`;
      if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : walk(root, path);
      return /\.test\.m?[jt]s$/.test(entry.name) ? [path] : [];
    });
}

/** Tests of parts, and those that start whole fleets or take a good deal of the machine. */
export function findTests(root, filters) {
  const wanted = (file) => filters.length === 0 || filters.some((filter) => file.includes(filter));
  const unit = walk(root, "packages").filter((file) => file.includes("/src/"));
  const whole = ["scripts", "examples", "tests"].flatMap((directory) => walk(root, directory));
  return { unit: unit.filter(wanted), whole: whole.filter(wanted) };
}
