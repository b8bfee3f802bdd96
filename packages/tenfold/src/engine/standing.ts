import type { GroupSize, Standing } from "../fleet/standing.ts";
import type { StoredState } from "../journal/state.ts";
import { nextBackup } from "./backup-report.ts";
import type { RunningFleet } from "./running-fleet.ts";

function groupsOf({ spec, counts }: StoredState): GroupSize[] {
  const workers = Object.entries(spec.workers).map(
    ([name, { instances }]): GroupSize => ({
      group: `worker.${name}`,
      members: counts.workers[name] ?? 0,
      ...instances,
    }),
  );
  const all = [{ group: "web", members: counts.web, ...spec.web.instances }, ...workers];
  return all.filter(({ min, max }) => min < max);
}

/** What the engine knows of a fleet beside what its members do. */
export async function observeStanding({ supervisor, copying }: RunningFleet): Promise<Standing> {
  const { members, store } = supervisor;
  const due = nextBackup(store.state);
  return {
    space: await members.driver.space(members.fleet.paths.home),
    groups: groupsOf(store.state),
    backups: due === null ? null : { failed: copying.problem !== null, due },
    queueNames: new Map(Object.entries(store.state.spec.workers).map(([name, { queue }]) => [name, queue])),
  };
}
