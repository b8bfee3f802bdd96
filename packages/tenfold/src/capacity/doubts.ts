import type { HeldOut, Knee } from "./measurement.ts";
import type { Answer, Prediction } from "./usl/answer.ts";

/** A machine of which so much is busy has nothing left for more instances. */
const FULL = 0.85;
/** A check that finds so much less or more says that the model is no description of this fleet here. */
const WRONG = 0.1;

/** What was the case while it was measured. */
export interface Circumstances {
  readonly knees: readonly Knee[];
  readonly cores: number;
  readonly quick: boolean;
  /** Cores that others used before anything was sent. */
  readonly busyBefore: number;
  readonly predictions: readonly Answer<Prediction>[];
  readonly heldOut: HeldOut | null;
}

/** The first size that cannot do here what is predicted of it: its requests alone would use more than all cores. */
function beyondMachine({ knees, cores, predictions }: Circumstances): string[] {
  const [first] = knees;
  if (first === undefined || first.busy.web === null) return [];
  const each = first.busy.web / first.rate;
  for (const answer of predictions) {
    if (!answer.known || answer.value.rate * each <= cores) continue;
    const { instances, rate } = answer.value;
    return [
      `${instances} instances would use ${figure(rate * each)} cores for ${figure(rate)} requests a second, and this machine has ${cores}: they do that where they have them, and not here`,
    ];
  }
  return [];
}

function figure(value: number): string {
  return String(Math.round(value * 10) / 10);
}

/** What weakens the figures of a measurement, a sentence each. */
export function doubtsOf(circumstances: Circumstances): string[] {
  const { knees, cores, quick, busyBefore, heldOut } = circumstances;
  const doubts: string[] = [];
  const most = Math.max(...knees.map(({ instances }) => instances));
  const full = knees.filter(({ busy }) => busy.machine > FULL * cores);
  const shared = `instances, balancer, databases and the generator share this machine's ${cores} cores`;
  const [first] = full;
  if (first !== undefined)
    doubts.push(
      `${shared}: with ${first.instances} instance${first.instances === 1 ? "" : "s"} ${figure(first.busy.machine)} of them were busy, so that more instances could not show what they would do on machines of their own; figures of larger sizes are of this machine alone`,
    );
  else if (most >= cores)
    doubts.push(`${shared}; they were never all busy, so that the instances' own limits could show`);
  doubts.push(...beyondMachine(circumstances));
  if (heldOut !== null && Math.abs(heldOut.error) > WRONG)
    doubts.push(
      `the check did ${Math.round(Math.abs(1 - 1 / (1 + heldOut.error)) * 100)} % ${heldOut.error > 0 ? "less" : "more"} than the other sizes had let expect; it is counted in, but no model describes all of them well: trust the sizes that were measured`,
    );
  if (busyBefore > 0.2 * cores)
    doubts.push(
      `${figure(busyBefore)} cores were busy with other things before it began: the figures are lower bounds`,
    );
  if (knees.some(({ limit }) => limit === "generator"))
    doubts.push("the generator could not send more at some sizes: what the fleet does there is at least that");
  if (knees.some(({ limit }) => limit === "most"))
    doubts.push("the highest rate that may be tried was reached: --max-rate allows more");
  if (quick) doubts.push("these were short runs, one at each size: a first idea; without --quick they are longer");
  return doubts;
}
