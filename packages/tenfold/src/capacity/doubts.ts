import type { HeldOut, Knee } from "./measurement.ts";
import type { Answer, Prediction } from "./usl/answer.ts";

/** A machine of which so much is busy has nothing left for more instances. */
const FULL = 0.85;
/** A check that finds so much less or more says that the model is no description of this fleet here. */
const WRONG = 0.1;
/** A share of the cores that is missed. */
const BUSY = 0.2;

/** Cores that were busy before anything was sent. */
export interface BusyBefore {
  readonly fleet: number;
  readonly others: number;
}

/** What was the case while it was measured. */
export interface Circumstances {
  readonly knees: readonly Knee[];
  readonly cores: number;
  readonly quick: boolean;
  readonly busyBefore: BusyBefore;
  readonly predictions: readonly Answer<Prediction>[];
  readonly heldOut: HeldOut | null;
}

/** Cores that all who share the machine use for a request, in seconds; `null` where that cannot be read. */
function costOf({ rate, busy: { web, balancer, data, generator } }: Knee): number | null {
  return web === null ? null : (web + (balancer ?? 0) + (data ?? 0) + generator) / rate;
}

/** The first size that cannot do here what is predicted of it: its requests alone would use more than all cores. */
function beyondMachine({ knees, cores, predictions }: Circumstances): string[] {
  const [first] = knees;
  const each = first === undefined ? null : costOf(first);
  if (each === null) return [];
  for (const answer of predictions) {
    // What was measured was done.
    if (!answer.known || answer.value.standing === "measured" || answer.value.rate * each <= cores) continue;
    const { instances, rate } = answer.value;
    return [
      `with all that serves and sends them, ${figure(rate)} requests a second of ${instances} instances would use ${figure(rate * each)} cores, and this machine has ${cores}: they do that where they have them, and not here`,
    ];
  }
  return [];
}

/** What others did, and what somebody else asked of the fleet, was missing. */
function busyBeforehand({ cores, busyBefore: { fleet, others } }: Circumstances): string[] {
  const doubts: string[] = [];
  if (others > BUSY * cores)
    doubts.push(`${figure(others)} cores were busy with other things before it began: the figures are lower bounds`);
  if (fleet > BUSY * cores)
    doubts.push(
      `the fleet used ${figure(fleet)} cores before anything was sent to it, for somebody else: the figures are lower bounds`,
    );
  return doubts;
}

/** A prediction that the check has refuted. One that something else ended may have been right. */
function refuted(heldOut: HeldOut | null): string[] {
  if (heldOut === null || Math.abs(heldOut.error) <= WRONG) return [];
  const { error, measured } = heldOut;
  if (error > 0 && measured.limit !== "application") return [];
  return [
    `the check did ${Math.round(Math.abs(1 - 1 / (1 + error)) * 100)} % ${error > 0 ? "less" : "more"} than the other sizes had let expect; it is counted in, but no model describes all of them well: trust the sizes that were measured`,
  ];
}

/** What was found of one size alone, and told of others. */
function assumed({ knees, heldOut, predictions }: Circumstances): string[] {
  const sizes = new Set([...knees, ...(heldOut === null ? [] : [heldOut.measured])].map(({ instances }) => instances));
  const isTold = predictions.some((answer) => answer.known && answer.value.standing !== "measured");
  return sizes.size > 1 || !isTold
    ? []
    : ["one size was measured: what others do is taken from how fleets scale as a rule; measure two or more (--sizes)"];
}

function figure(value: number): string {
  return String(Math.round(value * 10) / 10);
}

/** What weakens the figures of a measurement, a sentence each. */
export function doubtsOf(circumstances: Circumstances): string[] {
  const { cores, quick, heldOut } = circumstances;
  const knees = heldOut === null ? circumstances.knees : [...circumstances.knees, heldOut.measured];
  const doubts: string[] = [];
  const most = Math.max(...knees.map(({ instances }) => instances));
  const [first] = knees.filter(({ busy }) => busy.machine > FULL * cores);
  const shared = `instances, balancer, databases and the generator share this machine's ${cores} cores`;
  if (first !== undefined)
    doubts.push(
      `${shared}: with ${first.instances} instance${first.instances === 1 ? "" : "s"} ${figure(first.busy.machine)} of them were busy, so that more instances could not show what they would do on machines of their own; figures of larger sizes are of this machine alone`,
    );
  else if (most >= cores)
    doubts.push(
      `${shared}; at the sizes that were measured they were never all busy, so that the instances' own limits could show`,
    );
  doubts.push(...beyondMachine(circumstances), ...refuted(heldOut), ...assumed(circumstances));
  doubts.push(...busyBeforehand(circumstances));
  if (knees.some(({ limit }) => limit === "generator"))
    doubts.push(
      "the generator could not send more at some sizes: what the fleet does there is at least that, and nothing is concluded from it",
    );
  if (knees.some(({ limit }) => limit === "most"))
    doubts.push(
      "the highest rate that may be tried was reached: what the fleet does is at least that, and --max-rate allows more",
    );
  if (quick) doubts.push("these were short runs, one at each size: a first idea; without --quick they are longer");
  return doubts;
}
