import { Fault } from "../fault/fault.ts";
import { renderReleaseCommand } from "../render/app/app.ts";
import { seconds } from "../units/millis.ts";
import type { Members } from "./members.ts";
import type { Store } from "./store.ts";

const TIMEOUT = seconds(15 * 60);
const LINES = 20;

/** Runs the release command once, and writes down that it succeeded. Fault: TF_RELEASE_FAILED with its last lines. */
export async function runReleaseCommand(options: {
  members: Members;
  store: Store;
  number: number;
  signal: AbortSignal;
}): Promise<void> {
  const { members, store, number, signal } = options;
  const launch = renderReleaseCommand(members.fleet);
  if (launch !== null) {
    const outcome = await members.driver.run(launch, { timeout: TIMEOUT, signal });
    if (outcome.code !== 0) {
      const how = outcome.timedOut
        ? `did not end within ${TIMEOUT / 60_000} minutes`
        : `exited with ${outcome.code ?? outcome.signal}`;
      throw new Fault("TF_RELEASE_FAILED", `the release command of release ${number} ${how}`, {
        hint: `the whole output is in ${launch.log}; no instance of this release was started`,
        lines: outcome.output
          .split("\n")
          .filter((line) => line.trim() !== "")
          .slice(-LINES),
      });
    }
  }
  store.decide({
    releases: store.state.releases.map((release) =>
      release.number === number ? { ...release, released: true } : release,
    ),
  });
}
