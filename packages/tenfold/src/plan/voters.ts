import type { MemberName } from "../fleet/member.ts";

/** What the primary says of those who stream from it. */
export interface Senders {
  /** How far the primary has written its log, in bytes. */
  readonly lsn: bigint;
  readonly streaming: ReadonlyMap<MemberName, bigint>;
}

/** A position in the log that one replica has to reach before the voters can change. */
export interface Barrier {
  /** Who the voters will be. */
  readonly voters: readonly MemberName[];
  readonly lsn: bigint;
}

export interface VotersFacts {
  readonly voters: readonly MemberName[];
  /** Replicas whose process runs: only they can acknowledge anything. */
  readonly running: readonly MemberName[];
  /** Commits wait for one of the replicas, and have done so for long enough that none is under way that does not. */
  readonly waits: boolean;
  readonly senders: Senders;
  readonly barrier: Barrier | null;
}

/** What has to be remembered until the next look, and the new voters when they are certain. */
export interface VotersDecision {
  readonly barrier: Barrier | null;
  readonly voters: readonly MemberName[] | null;
}

function same(a: readonly MemberName[], b: readonly MemberName[]): boolean {
  return a.length === b.length && a.every((name) => b.includes(name));
}

/**
 * Lets go of voters that are gone, so that a failover need not wait for them, and finds the first voters of a primary
 * that waited for none. Both go the same way: whoever is left must have everything up to a position that was read after
 * the others could acknowledge nothing more. A replica is added before it starts, so this only ever takes away.
 */
export function decideVoters({ voters, running, waits, senders, barrier }: VotersFacts): VotersDecision {
  if (!waits) return { barrier: null, voters: null };
  const left = voters.length === 0 ? running : voters.filter((name) => running.includes(name));
  const goneStillStreams = voters.some((name) => !running.includes(name) && senders.streaming.has(name));
  if (left.length === 0 || same(left, voters) || goneStillStreams) return { barrier: null, voters: null };
  const current = barrier !== null && same(barrier.voters, left) ? barrier : { voters: left, lsn: senders.lsn };
  const reached = left.some((name) => (senders.streaming.get(name) ?? -1n) >= current.lsn);
  return reached ? { barrier: null, voters: left } : { barrier: current, voters: null };
}
