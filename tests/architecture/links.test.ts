import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { ROOT } from "../harness/program.ts";

const PAGES = ["*.md", "docs/**/*.md", "examples/*/*.md", "packages/*/*.md"].flatMap((pattern) =>
  globSync(pattern, { cwd: ROOT }),
);

/** As GitHub makes them from headings. */
function anchorsOf(text: string): ReadonlySet<string> {
  const headings = [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) => heading);
  const slug = (heading: string): string =>
    heading
      .toLowerCase()
      .replace(/[^\w -]/g, "")
      .replaceAll(" ", "-");
  return new Set(headings.map(slug));
}

test("every link between pages leads somewhere", () => {
  assert.ok(PAGES.length > 8, PAGES.join());
  const broken = PAGES.flatMap((page) => {
    const text = readFileSync(join(ROOT, page), "utf8").replace(/^```.*?^```$/gms, "");
    return [...text.matchAll(/\]\((?!https?:|mailto:)([^)\s#]*)(?:#([^)\s]+))?\)/g)].flatMap(
      ([link, path = "", anchor]) => {
        const target = path === "" ? join(ROOT, page) : join(ROOT, dirname(page), path);
        if (!existsSync(target)) return [`${page}: ${link}`];
        if (anchor === undefined || !target.endsWith(".md")) return [];
        return anchorsOf(readFileSync(target, "utf8")).has(anchor) ? [] : [`${page}: ${link}`];
      },
    );
  });
  assert.deepEqual(broken, []);
});
