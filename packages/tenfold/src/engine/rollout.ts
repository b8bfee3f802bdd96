import { Fault } from "../fault/fault.ts";
import type { MemberName } from "../fleet/member.ts";
import { groupOf, memberName } from "../fleet/member.ts";
import { swap, type WebSets } from "../fleet/web-sets.ts";
import type { StoredDeploy } from "../journal/state.ts";
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

/** Replaces the instances one batch after the other; then canaries, which stood in, leave. */
async function roll({ supervisor, now }: RolloutParts, operation: Operation, deploy: StoredDeploy): Promise<void> {
  const { store } = supervisor;
  store.decide({ release: deploy.to, spec: deploy.spec });
  await supervisor.converge(operation);
  await watch(supervisor, { deploy, now, signal: operation.cancel.signal });
  if (store.state.web.canary === null) return;
  store.decide({ web: { ...store.state.web, canary: null } });
  await supervisor.converge(operation);
}

/** Starts the whole new set beside the old, tries it, switches all requests at once, and keeps the old set warm. */
async function switchOver(parts: RolloutParts, operation: Operation, deploy: StoredDeploy): Promise<void> {
  const { supervisor, now } = parts;
  const { store, traffic } = supervisor;
  const signal = operation.cancel.signal;
  if (store.state.release !== deploy.to) {
    await supervisor.converge(operation);
    if (deploy.haste === "none") await smoke(supervisor, deploy, signal);
    signal.throwIfAborted();
    const { sets, release } = swap(store.state.web, store.state.release, now() + deploy.spec.deploy.warm);
    store.decide({ web: sets, release, spec: deploy.spec });
  }
  await traffic.switchTo(names(store.state.web.main));
  await supervisor.converge(operation);
  await watch(supervisor, { deploy, now, signal });
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

/** The sets as they were, without what the deploy brought. */
function setsBefore({ before }: StoredDeploy): WebSets {
  const { main, standby } = before.web;
  return { main, standby: standby?.until === null ? null : standby, canary: null };
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
  store.decide({ release: deploy.from, web: setsBefore(deploy), spec: deploy.before.spec, releases, deploy: null });
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
