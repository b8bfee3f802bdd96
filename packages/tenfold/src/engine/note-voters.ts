import type { Fleet } from "../fleet/fleet.ts";
import type { Member } from "../fleet/member.ts";
import { synchronousStandbyNames } from "../render/postgres/postgres.ts";
import type { Store } from "./store.ts";

/**
 * Who may acknowledge commits is written down before it may: a replica before it starts, and that nobody does before
 * the primary stops waiting for anybody.
 */
export function noteVoters(store: Store, fleet: Fleet, { kind, name }: Pick<Member, "kind" | "name">): void {
  if (kind !== "postgres") return;
  const { postgresPrimary, postgresVoters } = store.state.topology;
  const isPrimary = name === postgresPrimary;
  const waitsForNobody = isPrimary && synchronousStandbyNames(fleet, { name }) === "";
  if (waitsForNobody && postgresVoters.length > 0) store.decideTopology({ postgresVoters: [] });
  if (!isPrimary && postgresVoters.length > 0 && !postgresVoters.includes(name))
    store.decideTopology({ postgresVoters: [...postgresVoters, name] });
}
