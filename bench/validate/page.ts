import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "../../tests/harness/program.ts";

const PAGE = join(ROOT, "docs/benchmarks-scale.md");

export function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(heads), line(heads.map(() => "---")), ...rows.map(line)].join("\n");
}

/** A part of the page between two comments, so that each benchmark writes its own and leaves the others. */
export function replacePart(page: string, name: string, text: string): string {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  const part = `${begin}\n${text.trim()}\n${end}`;
  if (from < 0 || to < from) return `${page.trimEnd()}\n\n${part}\n`;
  return `${page.slice(0, from)}${part}${page.slice(to + end.length)}`;
}

/** The parts that benchmarks have written. */
export function partsIn(page: string): string[] {
  return page.match(/<!-- (validate \w+) -->[\s\S]*?<!-- \/\1 -->/g) ?? [];
}

export async function writePage(change: (page: string) => string): Promise<void> {
  await writeFile(PAGE, change(await readFile(PAGE, "utf8")));
}
