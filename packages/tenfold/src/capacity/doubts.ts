import type { Knee } from "./measurement.ts";

/** A machine of which so much is busy has nothing left for more instances. */
const FULL = 0.85;

/** What was the case while it was measured. */
export interface Circumstances {
  readonly knees: readonly Knee[];
  readonly cores: number;
  readonly quick: boolean;
  /** Cores that others used before anything was sent. */
  readonly busyBefore: number;
}

function figure(value: number): string {
  return String(Math.round(value * 10) / 10);
}

/** What weakens the figures of a measurement, a sentence each. */
export function doubtsOf({ knees, cores, quick, busyBefore }: Circumstances): string[] {
  const doubts: string[] = [];
  const most = Math.max(...knees.map(({ instances }) => instances));
  const full = knees.filter(({ busy }) => busy.machine > FULL * cores);
  const shared = `instances, balancer, databases and the generator share this machine's ${cores} cores`;
  const [first] = full;
  if (first !== undefined)
    doubts.push(
      `${shared}: with ${first.instances} instance${first.instances === 1 ? "" : "s"} ${figure(first.busy.machine)} of them were busy, so that more instances could not show what they would do on machines of their own; figures of larger sizes are lower bounds`,
    );
  else if (most >= cores)
    doubts.push(`${shared}; they were never all busy, so that the instances' own limits could show`);
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
