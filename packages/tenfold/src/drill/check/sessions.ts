/**
 * A read of a session's own counter. `acknowledged`: the highest value whose write had been acknowledged to the session
 * when it asked. `guarded`: whoever answered had said that it has all that the session must see.
 */
export interface SessionRead {
  readonly session: number;
  readonly at: number;
  readonly from: string;
  readonly guarded: boolean;
  readonly acknowledged: number;
  readonly seen: number;
}

/** A promise to a session that was broken. */
export interface SessionBreach {
  readonly kind: "own write not seen" | "went back in time";
  readonly read: SessionRead;
  /** What it had to see at least. */
  readonly least: number;
}

export interface SessionVerdict {
  readonly guarded: number;
  readonly breaches: readonly SessionBreach[];
  /** Reads that nobody guarded and that were behind: what an application without the position in the log gets. */
  readonly unguarded: number;
  readonly behind: number;
}

/** Reads in the order in which each session made them. */
export function checkSessions(reads: readonly SessionRead[]): SessionVerdict {
  const highest = new Map<number, number>();
  const breaches: SessionBreach[] = [];
  let guarded = 0;
  let behind = 0;
  for (const read of reads) {
    const before = highest.get(read.session) ?? 0;
    const isBehind = read.seen < read.acknowledged || read.seen < before;
    if (!read.guarded) {
      if (isBehind) behind += 1;
      continue;
    }
    guarded += 1;
    if (read.seen < read.acknowledged) breaches.push({ kind: "own write not seen", read, least: read.acknowledged });
    else if (read.seen < before) breaches.push({ kind: "went back in time", read, least: before });
    highest.set(read.session, Math.max(before, read.seen));
  }
  return { guarded, breaches, unguarded: reads.length - guarded, behind };
}
