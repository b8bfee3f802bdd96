/** A row of `show stat`. It has a hundred values, of which a look needs a few: they are found when they are asked for. */
export class StatisticsRow {
  readonly #columns: ReadonlyMap<string, number>;
  readonly #line: string;

  constructor(columns: ReadonlyMap<string, number>, line: string) {
    this.#columns = columns;
    this.#line = line;
  }

  /** `""`: the value is empty, or there is no such column. */
  get(column: string): string {
    const index = this.#columns.get(column);
    if (index === undefined) return "";
    let start = 0;
    for (let at = 0; at < index; at += 1) {
      const comma = this.#line.indexOf(",", start);
      if (comma === -1) return "";
      start = comma + 1;
    }
    const end = this.#line.indexOf(",", start);
    return this.#line.slice(start, end === -1 ? undefined : end);
  }
}

/** Reads the CSV that `show stat` answers with. No value in it holds a comma unless quoted, and those are last. */
export function parseStatistics(text: string): StatisticsRow[] {
  const [header, ...rows] = text.split("\n").filter((line) => line !== "");
  if (header === undefined || !header.startsWith("# ")) return [];
  const columns = new Map(
    header
      .slice(2)
      .split(",")
      .map((column, at) => [column, at]),
  );
  return rows.map((line) => new StatisticsRow(columns, line));
}

/** The sum of a column over all rows; empty values count as nothing. */
export function sumOf(rows: readonly StatisticsRow[], column: string): number {
  return rows.reduce((sum, row) => sum + Number(row.get(column) || 0), 0);
}
