import { Fault } from "../../fault/fault.ts";
import type { Target } from "../../render/edge/edge.ts";
import type { HaproxyRuntime } from "./haproxy-runtime.ts";
import { type Difference, reconcile } from "./reconcile.ts";
import { parseServerStates, type ServerState } from "./server-state.ts";

/** Which targets each backend shall send to. */
export type Wanted = Readonly<Record<string, readonly Target[]>>;

export async function readServers(
  runtime: HaproxyRuntime,
  worker: number,
  backends: readonly string[],
): Promise<ServerState[]> {
  const answers = await runtime.tell(
    worker,
    backends.map((backend) => `show servers state ${backend}`),
  );
  return answers.flatMap(parseServerStates);
}

async function compare(runtime: HaproxyRuntime, worker: number, wanted: Wanted): Promise<Difference> {
  const servers = await readServers(runtime, worker, Object.keys(wanted));
  const all = Object.entries(wanted).map(([backend, targets]) => reconcile(backend, servers, targets));
  return { commands: all.flatMap(({ commands }) => commands), missing: all.flatMap(({ missing }) => missing) };
}

/**
 * Makes the running servers what they shall be, and looks again. Returns false, having changed nothing, when there is no
 * slot for a target. Faults: TF_BALANCER_SILENT; TF_BALANCER_REFUSED when HAProxy did not do what it was told.
 */
export async function applyServers(runtime: HaproxyRuntime, worker: number, wanted: Wanted): Promise<boolean> {
  const { commands, missing } = await compare(runtime, worker, wanted);
  if (missing.length > 0) return false;
  if (commands.length === 0) return true;
  const answers = await runtime.tell(worker, commands);
  const left = await compare(runtime, worker, wanted);
  if (left.commands.length === 0) return true;
  throw new Fault("TF_BALANCER_REFUSED", `HAProxy did not do as it was told: ${left.commands.join("; ")}`, {
    hint: "this should not happen: please report it with these lines",
    lines: answers.filter((answer) => answer !== ""),
  });
}
