import { Fault } from "../fault/fault.ts";
import { groupOf, isApplication, type MemberName, memberName } from "../fleet/member.ts";
import { canonical } from "../fleet/release.ts";
import type { PlannedStep } from "../fleet/step.ts";
import { resize, swap, type WebSets } from "../fleet/web-sets.ts";
import type { StoredDeploy } from "../journal/state.ts";
import type { Spec } from "../spec/spec.ts";
import type { Growth } from "./beside.ts";
import type { Operation } from "./operation.ts";
import { runReleaseTask } from "./release-task.ts";
import type { Supervisor } from "./supervisor.ts";

const LOOK_EVERY_MS = 100;

export interface RolloutParts {
  readonly supervisor: Supervisor;
  readonly now: () => number;
  readonly note: (text: string) => void;
}

function names(indexes: readonly number[]): MemberName[] {
  return indexes.map((index) => memberName(groupOf("web"), index));
}

/**
 * Brings the release of the stored deploy about, from wherever an earlier attempt stopped: what was done is seen in the
 * state and the world, not remembered here. When it fails, the release before it serves again, and the fault says why.
 */
export async function carryThrough(parts: RolloutParts, operation: Operation): Promise<void> {
  const { store } = parts.supervisor;
  const deploy = store.state.deploy;
  if (deploy === null) throw new Error("there is no deploy to carry through");
  try {
    await releaseFirst(parts, operation, deploy);
    switch (deploy.strategy) {
      case "rolling":
        await roll(parts, operation, deploy);
        break;
      case "blue-green":
        await switchOver(parts, operation, deploy);
        break;
      case "canary":
        // It stays under way until somebody promotes it or rolls it back.
        await parts.supervisor.converge(operation);
        return;
      default:
        deploy.strategy satisfies never;
    }
  } catch (error) {
    await fallBack(parts, operation, { deploy, error });
  }
  const releases = store.state.releases.map((release) =>
    release.number === deploy.to ? { ...release, failure: null } : release,
  );
  store.decide({ deploy: null, releases });
}

/**
 * Runs the release command before anything of the fleet changes, where nothing has to be brought up for it: whoever
 * joins or is started again meanwhile is of the release that serves.
 */
async function releaseFirst({ supervisor }: RolloutParts, operation: Operation, deploy: StoredDeploy): Promise<void> {
  const { store, members } = supervisor;
  const { spec, releases, release } = store.state;
  const isReleased = releases.find(({ number }) => number === deploy.to)?.released !== false;
  const servicesOf = ({ postgres, redis, cache }: Spec): string => canonical([postgres, redis, cache]);
  const isThere = members.fleet.members.every(({ kind, name }) => isApplication(kind) || members.isReady(name));
  const isSame = servicesOf(spec) === servicesOf(deploy.spec);
  if (isReleased || release === deploy.to || !isThere || !isSame) return;
  const plan: PlannedStep = {
    id: `release ${deploy.to}`,
    step: { kind: "release", release: deploy.to },
    after: [],
    any: [],
    always: false,
  };
  // A set that stands by was sized for the instances that are there now.
  const growth = deploy.strategy === "rolling" ? "all" : "workers";
  await operation.beside.during(growth, () => supervisor.carryOut(operation, [plan]));
}

/** Replaces the instances one batch after the other; then canaries, which stood in, leave. */
async function roll({ supervisor, now }: RolloutParts, operation: Operation, deploy: StoredDeploy): Promise<void> {
  const { store } = supervisor;
  store.decide({ release: deploy.to, spec: deploy.spec });
  await operation.beside.during(
    () => growthBehind(supervisor, deploy),
    () => supervisor.converge(operation),
  );
  const signal = operation.cancel.signal;
  await operation.beside.during("all", () => watch(supervisor, { deploy, now, signal }));
  if (store.state.web.canary === null) return;
  store.decide({ web: { ...store.state.web, canary: null } });
  await supervisor.converge(operation);
}

/** What may grow once all instances are of the release and it serves: what is still replaced keeps its names. */
function growthBehind({ store, members, traffic }: Supervisor, { to }: StoredDeploy): Growth {
  const main = names(store.state.web.main);
  const isBehind = main.every((name) => (store.member(name)?.release ?? to) === to);
  if (!isBehind || !main.some((name) => members.isReady(name) && traffic.isIn("serving", name))) return "none";
  const standsIn = [...members.keepers.keys()].some((name) => name.startsWith("web-") && !main.includes(name));
  return standsIn ? "workers" : "all";
}

/** Starts the whole new set beside the old, tries it, switches all requests at once, and keeps the old set warm. */
async function switchOver(parts: RolloutParts, operation: Operation, deploy: StoredDeploy): Promise<void> {
  const { supervisor, now } = parts;
  const { store, traffic } = supervisor;
  const signal = operation.cancel.signal;
  if (store.state.release !== deploy.to) {
    await supervisor.converge(operation);
    if (deploy.haste === "none") await operation.beside.during("workers", () => smoke(supervisor, deploy, signal));
    signal.throwIfAborted();
    const { sets, release } = swap(store.state.web, store.state.release, now() + deploy.spec.deploy.warm);
    store.decide({ web: sets, release, spec: deploy.spec });
  }
  await traffic.switchTo(names(store.state.web.main));
  // The former set may have to serve again, as it is.
  await operation.beside.during("workers", async () => {
    await supervisor.converge(operation);
    await watch(supervisor, { deploy, now, signal });
  });
}

/** Runs the smoke command against an instance that gets no requests yet. */
async function smoke({ members, store }: Supervisor, deploy: StoredDeploy, signal: AbortSignal): Promise<void> {
  const urls = names(store.state.web.standby?.indexes ?? []).map(
    (name) => `http://127.0.0.1:${members.find(name)?.port}`,
  );
  const more = { PREVIEW_URL: urls[0] ?? "", PREVIEW_URLS: urls.join(",") };
  // The command is the new file's, which is not in force before the switch.
  await runReleaseTask(members, { number: deploy.to, task: "smoke", signal, more, deploy: deploy.spec.deploy });
}

/** Waits for a while, and fails when a member of the release is not ready any more or was started again. */
async function watch(
  { members }: Supervisor,
  { deploy, now, signal }: { readonly deploy: StoredDeploy; readonly now: () => number; readonly signal: AbortSignal },
): Promise<void> {
  const own = members.fleet.members.filter(({ release }) => release === deploy.to);
  const restarts = new Map(own.map(({ name }) => [name, members.keeper(name).history.restarts]));
  const end = now() + (deploy.haste === "warm" ? 0 : deploy.spec.deploy.watch);
  while (now() < end) {
    await new Promise((resolve) => setTimeout(resolve, Math.min(LOOK_EVERY_MS, end - now())));
    signal.throwIfAborted();
    for (const { name } of own) {
      const { state, history } = members.keeper(name);
      if (state.state === "failed")
        throw new Fault("TF_MEMBER_NOT_READY", `${name} ${state.reason}, soon after it was ready`);
      if (history.restarts !== restarts.get(name))
        throw new Fault("TF_MEMBER_EXITED", `${name} exited soon after it was ready`);
    }
  }
}

/** The sets as they were, without what the deploy brought, with as many instances as there are to be by now. */
function setsBefore({ before }: StoredDeploy, count: number): WebSets {
  const { main, standby } = before.web;
  return resize({ main, standby: standby?.until === null ? null : standby, canary: null }, count);
}

/** The release before it serves again, whatever was reached. Always throws, in the end. */
async function fallBack(
  { supervisor, note }: RolloutParts,
  operation: Operation,
  { deploy, error }: { readonly deploy: StoredDeploy; readonly error: unknown },
): Promise<never> {
  const { store, traffic } = supervisor;
  const reason = error instanceof Error ? error.message : String(error);
  const hadSwitched = deploy.strategy === "blue-green" && store.state.release === deploy.to;
  note(`release ${deploy.to} failed; going back to release ${deploy.from}`);
  const releases = store.state.releases.map((release) =>
    release.number === deploy.to ? { ...release, failure: reason } : release,
  );
  store.decide({
    release: deploy.from,
    web: setsBefore(deploy, store.state.counts.web),
    spec: deploy.before.spec,
    releases,
    deploy: null,
  });
  // Whoever cancelled the deploy did not mean the way back; a second Ctrl-C does.
  if (hadSwitched) await traffic.switchTo(names(deploy.before.web.main));
  await supervisor.converge({ ...operation, cancel: operation.hurry });
  if (!(error instanceof Fault)) throw error;
  const serves = `release ${deploy.from} serves, as before`;
  if (error.code === "TF_CANCELLED") throw new Fault("TF_CANCELLED", `${error.message}; ${serves}`);
  throw new Fault("TF_DEPLOY_FAILED", `release ${deploy.to} was not deployed: ${reason}`, {
    hint: `${serves}${error.hint === undefined ? "" : `; ${error.hint}`}`,
    lines: error.lines,
  });
}
