import type { MemberName } from "../fleet/member.ts";

/** What is known of the servers once the primary is fenced: nobody can acknowledge a commit any more. */
export interface TakeoverFacts {
  readonly primary: MemberName;
  /** Replicas that together hold every acknowledged commit; see `Topology.postgresVoters`. */
  readonly voters: readonly MemberName[];
  /** How far each replica that answers has the log on its disk, in bytes. */
  readonly positions: ReadonlyMap<MemberName, bigint>;
}

/** Who shall be the primary, and why, in a sentence. */
export type Takeover =
  | { readonly kind: "promote"; readonly member: MemberName; readonly because: string }
  /** The former primary has everything: it is started again where it was. */
  | { readonly kind: "restart"; readonly because: string };

function list(names: readonly string[]): string {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

/**
 * The most advanced voter, once every voter is known: each acknowledged commit is on at least one of them, and who is
 * ahead has all that the others have, since a log is received in order. While one of them does not answer, it could be
 * the only one that has a commit, so nobody is certain and nobody is promoted. (The reasoning is that of quorum commit:
 * with `ANY 1` of N, the furthest of all N.)
 */
export function decideTakeover({ primary, voters, positions }: TakeoverFacts): Takeover {
  const unknown = voters.filter((name) => !positions.has(name));
  if (voters.length === 0)
    return {
      kind: "restart",
      because: `commits waited for no replica, so only ${primary} is certain to have them all`,
    };
  if (unknown.length > 0) {
    const verb = unknown.length === 1 ? "does" : "do";
    return {
      kind: "restart",
      because: `${list(unknown)} ${verb} not answer and may have commits that the others lack, so only ${primary} is certain to have them all`,
    };
  }
  const furthest = [...voters].sort((a, b) => {
    const difference = (positions.get(b) ?? 0n) - (positions.get(a) ?? 0n);
    return difference > 0n ? 1 : difference < 0n ? -1 : a < b ? -1 : 1;
  });
  const [member = primary] = furthest;
  const others = voters.filter((name) => name !== member);
  const because =
    others.length === 0
      ? "every acknowledged commit is on it"
      : `it has at least as much as ${list(others)}, so every acknowledged commit is on it`;
  return { kind: "promote", member, because };
}
