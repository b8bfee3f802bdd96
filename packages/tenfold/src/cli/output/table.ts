/** A column: its heading, and whether its cells are numbers. */
export interface Column {
  readonly heading: string;
  readonly align: "left" | "right";
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: colour codes take no room on the screen
const COLOUR = /\x1b\[[0-9;]*m/g;

function width(text: string): number {
  return text.replace(COLOUR, "").length;
}

/** Lines up cells under headings, two spaces apart; columns without any cell are left out. */
export function formatTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const shown = columns.map((_, at) => rows.some((row) => (row[at] ?? "") !== ""));
  const widths = columns.map(({ heading }, at) => Math.max(heading.length, ...rows.map((row) => width(row[at] ?? ""))));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, at) => {
        const gap = " ".repeat(Math.max(0, (widths[at] ?? 0) - width(cell)));
        return columns[at]?.align === "right" ? gap + cell : cell + gap;
      })
      .filter((_, at) => shown[at])
      .join("  ")
      .trimEnd();
  return `${[columns.map(({ heading }) => heading), ...rows].map(line).join("\n")}\n`;
}
