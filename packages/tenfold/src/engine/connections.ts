import type { Observation } from "../fleet/observation.ts";
import { ceilingByUse, connectionCeiling } from "../scale/connections.ts";
import type { WebCounts } from "../scale/web/sample.ts";
import { localPostgres } from "../spec/local.ts";
import type { Members } from "./members.ts";

/** Instances that the connections of the database suffice for, by the file or by what is open now; `null`: no limit is known. */
export function instancesByConnections(
  perInstance: number | null,
  { database, pooler }: Observation,
  { members, counts: { wanted, ready } }: { readonly members: Members; readonly counts: WebCounts },
): number | null {
  const postgres = localPostgres(members.fleet.spec);
  if (postgres === null) return null;
  if (perInstance !== null) return connectionCeiling(postgres.pool.clients, perInstance);
  const others = members.ofKind("worker").length + members.ofKind("scheduler").length;
  const uses = [
    ...(pooler === null ? [] : [{ allowed: postgres.pool.clients, used: pooler.clients }]),
    // The pool takes what it may; whoever goes past it has the rest.
    ...(database === null || pooler === null
      ? []
      : [
          {
            allowed: database.maxConnections - pooler.poolSize,
            used: Math.max(0, database.connections - pooler.servers),
          },
        ]),
  ];
  return ceilingByUse(uses, { wanted, ready, others });
}
