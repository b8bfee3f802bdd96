import type { FaultCode } from "../fault/catalogue.ts";
import { Fault } from "../fault/fault.ts";
import type { Fleet } from "../fleet/fleet.ts";
import { type ReleaseTask, type ReleaseTaskOptions, renderReleaseTask } from "../render/app/app.ts";
import { seconds } from "../units/millis.ts";
import type { Members } from "./members.ts";

const TIMEOUT = seconds(30 * 60);
const LINES = 20;

const FAULTS: Readonly<Record<ReleaseTask, { readonly code: FaultCode; readonly hint: string }>> = {
  build: { code: "TF_BUILD_FAILED", hint: "no instance of this release was started" },
  release: { code: "TF_RELEASE_FAILED", hint: "no instance of this release was started" },
  smoke: { code: "TF_SMOKE_FAILED", hint: "no visitor has seen this release" },
};

export interface TaskOptions extends ReleaseTaskOptions {
  readonly signal: AbortSignal;
  /** Whose data and URLs it is told of; absent: those of the fleet as it stands. */
  readonly fleet?: Fleet | undefined;
}

/** Runs a release's task, if it has one. Faults: TF_BUILD_FAILED, TF_RELEASE_FAILED, TF_SMOKE_FAILED, with its last lines. */
export async function runReleaseTask(
  members: Members,
  { signal, fleet = members.fleet, ...options }: TaskOptions,
): Promise<void> {
  const { number, task } = options;
  const launch = renderReleaseTask(fleet, options);
  if (launch === null) return;
  const outcome = await members.driver.run(launch, { timeout: TIMEOUT, signal });
  if (outcome.code === 0) return;
  const how = outcome.timedOut
    ? `did not end within ${TIMEOUT / 60_000} minutes`
    : `exited with ${outcome.code ?? outcome.signal}`;
  const { code, hint } = FAULTS[task];
  throw new Fault(code, `the ${task} command of release ${number} ${how}`, {
    hint: `the whole output is in ${launch.log}; ${hint}`,
    lines: outcome.output
      .split("\n")
      .filter((line) => line.trim() !== "")
      .slice(-LINES),
  });
}
