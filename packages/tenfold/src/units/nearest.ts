/** Edits (insert, delete, replace, swap of neighbours) that turn one text into the other: optimal string alignment. */
function distance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1];
      let best = Math.min(
        (rows[i - 1]?.[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + 1,
        (rows[i - 1]?.[j - 1] ?? 0) + (same ? 0 : 1),
      );
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, (rows[i - 2]?.[j - 2] ?? 0) + 1);
      row.push(best);
    }
    rows.push(row);
  }
  return rows[a.length]?.[b.length] ?? 0;
}

/** The name that was probably meant, or `undefined` when none is near (more than a third of the letters differ). */
export function nearest(found: string, names: readonly string[]): string | undefined {
  const wanted = found.slice(0, 64).toLowerCase();
  let best: { name: string; edits: number } | undefined;
  for (const name of names) {
    const known = name.toLowerCase();
    const edits = known.startsWith(wanted) && wanted.length >= 3 ? 1 : distance(wanted, known);
    if (
      edits <= Math.max(1, Math.floor(Math.max(wanted.length, known.length) / 3)) &&
      edits < (best?.edits ?? Infinity)
    ) {
      best = { name, edits };
    }
  }
  return best?.name;
}
