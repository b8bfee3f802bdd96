/** A row of `show stat`: values by column. */
export type StatisticsRow = ReadonlyMap<string, string>;

/** Reads the CSV that `show stat` answers with. No value in it holds a comma unless quoted, and those are last. */
export function parseStatistics(text: string): StatisticsRow[] {
  const [header, ...rows] = text.split("\n").filter((line) => line !== "");
  if (header === undefined || !header.startsWith("# ")) return [];
  const columns = header.slice(2).split(",");
  return rows.map((line) => {
    const values = line.split(",");
    return new Map(columns.map((column, at) => [column, values[at] ?? ""]));
  });
}

/** The sum of a column over all rows; empty values count as nothing. */
export function sumOf(rows: readonly StatisticsRow[], column: string): number {
  return rows.reduce((sum, row) => sum + Number(row.get(column) || 0), 0);
}
