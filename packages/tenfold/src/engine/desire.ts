import { createHash } from "node:crypto";
import { isVolatile } from "../fleet/environment.ts";
import { type Fleet, resolveFleet } from "../fleet/fleet.ts";
import type { Rendering } from "../fleet/launch.ts";
import type { Machine } from "../fleet/machine.ts";
import type { Member, MemberName } from "../fleet/member.ts";
import { canonical, type Release } from "../fleet/release.ts";
import { freeIndexes } from "../fleet/web-sets.ts";
import type { SecretsFile } from "../journal/secrets-file.ts";
import type { StoredState } from "../journal/state.ts";
import type { Desired } from "../plan/world.ts";
import { renderMember } from "../render/render.ts";
import { surgeCount } from "../spec/deploy/surge.ts";
import { Secret } from "../units/secret.ts";

/** So much of a SHA-256 that no two texts share it by chance. */
export function fingerprint(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 32);
}

/** The release that shall run. Its absence is a bug: it is stored with its number. */
export function currentRelease(state: StoredState): Release {
  const release = state.releases.find(({ number }) => number === state.release);
  if (release === undefined) throw new Error(`release ${state.release} is not stored`);
  return release;
}

/** How many web instances stand in while others are replaced. */
export function surgeWanted({ spec, web }: StoredState): number {
  return surgeCount(spec.deploy.surge, web.main.length);
}

/** The fleet as the state says it shall be, with so many web instances more, which stand in for others. */
export function fleetOf(state: StoredState, machine: Machine, secrets: SecretsFile, surge: number): Fleet {
  return resolveFleet({
    id: state.id,
    spec: state.spec,
    counts: state.counts,
    web: state.web,
    surge: freeIndexes(state.web, surge),
    release: currentRelease(state),
    releases: new Map(
      state.releases.map((release) => [release.number, { release, environment: secrets.environment(release.number) }]),
    ),
    topology: state.topology,
    ports: state.ports,
    paths: state.paths,
    secrets: secrets.secrets,
    machine,
  });
}

/** What must be the same for a running process to be left alone. */
function restartText({ launch }: Rendering): string {
  const env = Object.entries(launch.env).filter(([name]) => !isVolatile(name));
  const revealed = env.map(([name, value]) => [name, value instanceof Secret ? value.reveal() : value]);
  const { argv, cwd, runAs, memory, cpu } = launch;
  return canonical([argv, Object.fromEntries(revealed), cwd, runAs, memory, cpu]);
}

function reloadText(rendering: Rendering): string {
  return rendering.takes ?? canonical(rendering.files.map(({ path, content }) => [path, content]));
}

/** Who serves and who leads is told to a running balancer as it changes, so it is no reason to reload it. */
function settled(fleet: Fleet, member: Member): Fleet {
  if (member.kind !== "balancer") return fleet;
  return {
    ...fleet,
    topology: {
      ...fleet.topology,
      serving: [],
      canary: [],
      postgresReadable: [],
      postgresVoters: [],
      postgresAlone: false,
      postgresPrimary: null,
      redisMaster: null,
    },
  };
}

/** A member and the fingerprints by which a plan tells what has to be done about it. */
export function desire(fleet: Fleet, member: Member): Desired {
  const rendering = renderMember(settled(fleet, member), member);
  return {
    member,
    restartKey: fingerprint(restartText(rendering)),
    reloadKey: fingerprint(reloadText(rendering)),
  };
}

/** The members that exist only while others are replaced. */
export function surgeNames(fleet: Fleet): MemberName[] {
  return fleet.members
    .filter(({ kind, index }) => kind === "web" && fleet.surge.includes(index))
    .map(({ name }) => name);
}
