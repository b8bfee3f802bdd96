import { setTimeout as pause } from "node:timers/promises";
import { Fault } from "../../fault/fault.ts";
import type { Member } from "../../fleet/member.ts";
import { renderHaproxy } from "../../render/haproxy/haproxy.ts";
import { type Millis, millis, seconds } from "../../units/millis.ts";
import type { Context } from "../service.ts";
import { type HaproxyRuntime, haproxyRuntime, type Workers } from "./haproxy-runtime.ts";
import { notTaken } from "./not-taken.ts";

const CHECK_WITHIN: Millis = seconds(30);
const RELOAD_WITHIN: Millis = seconds(20);
const LOOK_EVERY: Millis = millis(10);

/** Has HAProxy read the files on disk without using them. Faults: TF_CONFIG_REJECTED with HAProxy's own lines. */
async function check(context: Context, member: Member): Promise<void> {
  const { launch } = renderHaproxy(context.fleet, member);
  const [program = "haproxy"] = launch.argv;
  const file = launch.argv.at(-1) ?? "";
  const outcome = await context.driver.run(
    { ...launch, argv: [program, "-c", "-f", file], log: "/dev/null" },
    { timeout: CHECK_WITHIN, signal: context.signal },
  );
  if (outcome.code === 0) return;
  const lines = outcome.output.split("\n").filter((line) => /\[(ALERT|WARNING)\]/.test(line));
  throw new Fault("TF_CONFIG_REJECTED", `HAProxy refused ${file}`, {
    hint: "what runs now goes on with its former configuration",
    lines: lines.length > 0 ? lines : outcome.output.trim().split("\n").slice(-10),
  });
}

/** Whether every former worker has stopped to accept: only then do its requests go to the current one. */
export async function formerHaveLeft(runtime: HaproxyRuntime, { former }: Workers): Promise<boolean> {
  for (const worker of former) {
    try {
      const [info = ""] = await runtime.tell(worker, ["show info"]);
      if (!/^Stopping: 1$/m.test(info)) return false;
    } catch (error) {
      // It may have ended in the meantime; the next look at the list will tell.
      if (!(error instanceof Fault)) throw error;
      if ((await runtime.workers()).former.includes(worker)) return false;
    }
  }
  return true;
}

/** Waits for the worker that a reload has started, and for the others to stop accepting. */
async function follow(runtime: HaproxyRuntime, before: Workers, signal: AbortSignal): Promise<boolean> {
  const deadline = Date.now() + RELOAD_WITHIN;
  while (Date.now() < deadline) {
    await pause(LOOK_EVERY, undefined, { signal });
    try {
      const now = await runtime.workers();
      if (now.failedReloads > before.failedReloads) return false;
      if (now.current === null || now.current === before.current) continue;
      await runtime.tell(now.current, ["show info"]);
      if (await formerHaveLeft(runtime, now)) return true;
    } catch (error) {
      // The master starts anew, and so it is silent for a moment.
      if (!(error instanceof Fault)) throw error;
    }
  }
  return false;
}

/**
 * Makes HAProxy take the files on disk. No connection is refused or closed meanwhile; what former workers carry goes
 * on in them. Faults: TF_CONFIG_REJECTED, TF_BALANCER_SILENT.
 */
export async function reloadHaproxy(context: Context, member: Member): Promise<void> {
  await check(context, member);
  const runtime = haproxyRuntime(context, member);
  const before = await runtime.workers();
  await runtime.reload();
  if (await follow(runtime, before, context.signal)) return;
  throw await notTaken(context, member);
}
