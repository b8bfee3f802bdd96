import type { LoadDiagnosis } from "@tenfold/protocol";
import { diagnoseLoad } from "../capacity/load/diagnose.ts";
import { namedStatements } from "../capacity/load/statements.ts";
import type { RunningFleet } from "./running-fleet.ts";

/** What the looks since a time say of the load. PostgreSQL is asked for the texts of statements that are to be named. */
export async function observedLoad(fleet: RunningFleet, since: number): Promise<LoadDiagnosis> {
  const { observer, supervisor, services } = fleet;
  const { members, store } = supervisor;
  const looks = observer.all.filter(({ at }) => at >= since);
  const ids = namedStatements(looks);
  const { postgresPrimary } = members.fleet.topology;
  const primary = postgresPrimary === null ? undefined : members.find(postgresPrimary);
  const texts =
    ids.length === 0 || primary === undefined
      ? new Map<string, string>()
      : await services.postgres.statementTexts(members.context(), primary, ids);
  return diagnoseLoad({ looks, spec: store.state.spec, texts });
}
