/** Of what is allowed, so much is kept for administration, migrations and backups. */
const KEPT = 0.1;

/** How many web instances so many connections suffice for, when each opens `perInstance`. */
export function connectionCeiling(allowed: number, perInstance: number): number {
  return Math.floor((allowed * (1 - KEPT)) / perInstance);
}

/** Connections of one kind: those to the pooler, or to the database itself. */
export interface Use {
  readonly allowed: number;
  /** Open now. */
  readonly used: number;
}

/** The processes of the application as they are now. */
export interface Users {
  /** Web instances that are to run, and those that do. */
  readonly wanted: number;
  readonly ready: number;
  /** Workers and the rest, which may have connections as well. */
  readonly others: number;
}

/**
 * How many web instances there is room for where nobody says what one opens: by what a process has open now, on average.
 * Where others have more than their share that is too few at first, and is put right with every instance that comes. Those
 * that are to run already are never too many. `null`: nothing is open.
 */
export function ceilingByUse(uses: readonly Use[], { wanted, ready, others }: Users): number | null {
  const known = uses.filter(({ used }) => used > 0);
  if (known.length === 0 || ready === 0) return null;
  const rooms = known.map(({ allowed, used }) => Math.floor((allowed * (1 - KEPT) - used) / (used / (ready + others))));
  return Math.max(wanted, ready + Math.min(...rooms));
}
