/** The line under the title of a page that is generated as a whole. */
export const GENERATED = "<!-- Written by scripts/generate.ts from the code: edit that. -->";

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}

/** A table in Markdown, a line each. */
export function tableOf(headings: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(" | ")} |`;
  return [line(headings), `|${"---|".repeat(headings.length)}`, ...rows.map(line)];
}
