import type { Fleet } from "../fleet/fleet.ts";
import type { MemberName } from "../fleet/member.ts";
import { dataDirectory } from "../fleet/paths.ts";
import { releasesInUse } from "../fleet/web-sets.ts";
import type { StoredState } from "../journal/state.ts";
import type { Seen, World } from "../plan/world.ts";
import type { Services } from "../services/service.ts";
import { bytes } from "../units/bytes.ts";
import { desire, surgeNames } from "./desire.ts";
import type { Members } from "./members.ts";

/** What a look at the running members says. */
export interface Look {
  readonly isAlive: (name: MemberName) => boolean;
  readonly isReady: (name: MemberName) => boolean;
  readonly unpromoted: boolean;
  readonly postgresIsFresh: boolean;
  readonly poolerPaused: boolean;
}

/** Where nothing runs. */
export const NOTHING: Look = {
  isAlive: () => false,
  isReady: () => false,
  unpromoted: false,
  postgresIsFresh: true,
  poolerPaused: false,
};

/** Looks at what runs. */
export async function look(members: Members, services: Services, state: StoredState): Promise<Look> {
  const primary = state.topology.postgresPrimary;
  const primaryState = primary === null ? undefined : members.keepers.get(primary)?.state;
  const pooler = members.ofKind("pooler")[0];
  return {
    isAlive: (name) => members.isAlive(name),
    isReady: (name) => members.isReady(name),
    postgresIsFresh: primary !== null && (await hasNoData(members, state, primary)),
    unpromoted: primaryState?.state === "ready" && primaryState.role === "replica",
    poolerPaused:
      pooler !== undefined && members.isReady(pooler.name) && (await services.pooler.isPaused(members.context())),
  };
}

async function hasNoData(members: Members, { paths }: StoredState, name: MemberName): Promise<boolean> {
  return (await members.driver.readText(`${dataDirectory(paths, name)}/PG_VERSION`, bytes(64))) === null;
}

/** The fleet as it is and as the state says it shall be, for a plan. */
export function worldOf(state: StoredState, fleet: Fleet, seen: Look): World {
  const surge = new Set<MemberName>(surgeNames(fleet));
  const all = fleet.members.map((member) => desire(fleet, member));
  const inUse = releasesInUse(state.web, state.release);
  const { serving, canary, postgresReadable } = state.topology;
  return {
    desired: all.filter(({ member }) => !surge.has(member.name)),
    surge: all.filter(({ member }) => surge.has(member.name)),
    seen: new Map(
      state.members.map(({ name, kind, group, index, restartKey, reloadKey }): [MemberName, Seen] => [
        name,
        {
          member: { name, kind, group, index },
          alive: seen.isAlive(name),
          ready: seen.isReady(name),
          attached: [serving, canary, postgresReadable].some((list) => list.includes(name)),
          restartKey,
          reloadKey,
        },
      ]),
    ),
    topology: state.topology,
    unpromoted: seen.unpromoted,
    postgresIsFresh: seen.postgresIsFresh,
    poolerPaused: seen.poolerPaused,
    releasesToRun: state.releases
      .filter(({ number, released }) => !released && inUse.includes(number))
      .map(({ number }) => number),
  };
}
