import { setTimeout as pause } from "node:timers/promises";
import { Fault } from "../../fault/fault.ts";
import type { Member } from "../../fleet/member.ts";
import { nginxWords, renderNginx } from "../../render/nginx/nginx.ts";
import { type Millis, millis, seconds } from "../../units/millis.ts";
import type { Context } from "../service.ts";
import { nginxProcesses } from "./nginx-processes.ts";
import { notTaken } from "./not-taken.ts";

const CHECK_WITHIN: Millis = seconds(30);
const RELOAD_WITHIN: Millis = seconds(20);
const LOOK_EVERY: Millis = millis(10);

/** Has nginx read the files on disk without using them. Faults: TF_CONFIG_REJECTED with nginx's own lines. */
async function check(context: Context, member: Member): Promise<void> {
  const { launch } = renderNginx(context.fleet, member);
  const outcome = await context.driver.run(
    { ...launch, argv: [...nginxWords(context.fleet, member), "-t", "-q"], log: "/dev/null" },
    { timeout: CHECK_WITHIN, signal: context.signal },
  );
  if (outcome.code === 0) return;
  throw new Fault("TF_CONFIG_REJECTED", `nginx refused the configuration of ${member.name}`, {
    hint: "what runs now goes on with its former configuration",
    lines: outcome.output.trim().split("\n").slice(-10),
  });
}

/**
 * Makes nginx take the files on disk. When it resolves, new workers accept connections and the former ones do not any
 * more; what those carry goes on in them. `isTaken` is asked too, and asked again until it says so. Faults:
 * TF_CONFIG_REJECTED, TF_BALANCER_SILENT.
 */
export async function reloadNginx(
  context: Context,
  member: Member,
  isTaken: () => Promise<boolean> = async () => true,
): Promise<void> {
  await check(context, member);
  const before = await nginxProcesses(context, member);
  context.driver.signal(before.master, "SIGHUP", "leader");
  const deadline = Date.now() + RELOAD_WITHIN;
  let seen = 0;
  while (Date.now() < deadline) {
    await pause(LOOK_EVERY, undefined, { signal: context.signal });
    const { workers } = await nginxProcesses(context, member);
    const isFresh = workers.length > 0 && !workers.some((pid) => before.workers.includes(pid));
    seen = isFresh && (await isTaken()) ? seen + 1 : 0;
    // Twice: what a former worker had accepted before it left, it passes on in its next turn.
    if (seen === 2) return;
  }
  throw await notTaken(context, member);
}
