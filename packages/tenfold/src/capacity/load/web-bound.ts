import type { LoadCause } from "@tenfold/protocol";
import { answersSince } from "../../fleet/latency.ts";
import { growth, type Observation } from "../../fleet/observation.ts";
import { formatDuration } from "../../units/millis.ts";
import { slowTail } from "./application.ts";
import { mean, OFTEN, percent, recent, shareOf, sum, type Window, waitsForLocks } from "./cause.ts";
import { LARGE_PART, slowStatements, textOf } from "./statements.ts";

/** Milliseconds: a mean above it is slow for anybody. */
const SLOW_MS = 200;
/** Of one core, in percent. */
const BUSY_CPU = 85;
const IDLE_CPU = 50;

/** Of all cores of the machine: nothing is left of it. */
const FULL_MACHINE = 0.85;
/** Of the machine's busy cores: so much of them for others is not by the way. */
const MUCH_OF_IT = 0.25;
/** Fewer answers in a minute are no reason to say that something is wrong. */
const LEAST_ANSWERS = 40;

/** What the web tier did between two looks, in which requests were served. */
interface Served {
  readonly look: Observation;
  readonly seconds: number;
  readonly requests: number;
  readonly instances: number;
  /** Of a core, in percent, mean of the instances; `null`: it is not known. */
  readonly cpu: number | null;
  /** What was answered, and the milliseconds that it took. */
  readonly answers: number;
  readonly time: number;
}

function cpuOf({ web, members }: Observation): number | null {
  const known = members.names.flatMap((name, at) => {
    const cpu = members.cpu[at];
    return web?.instances.has(name) !== true || cpu === undefined || Number.isNaN(cpu) ? [] : [cpu];
  });
  return mean(known);
}

/** While nobody asks for anything, an instance rests whatever it is that makes it slow: such looks do not count. */
function servedIn(looks: readonly Observation[]): Served[] {
  const known = looks.flatMap((look) => (look.web === null ? [] : [{ look, web: look.web }]));
  return known.slice(1).flatMap(({ look, web }, at): Served[] => {
    const before = known[at];
    if (before === undefined) return [];
    const requests = growth(before.web.requests, web.requests);
    if (requests === 0) return [];
    const seconds = (look.at - before.look.at) / 1_000;
    const { answers, time } = answersSince(before.web.answers, web.answers);
    return [{ look, seconds, requests, instances: web.instances.size, cpu: cpuOf(look), answers, time }];
  });
}

/** All that was answered, and the milliseconds that it took. */
function answered(served: readonly Served[]): Pick<Served, "answers" | "time"> {
  return { answers: sum(served.map((one) => one.answers)), time: sum(served.map((one) => one.time)) };
}

/** Mean of the instances, each look as much as it has served. */
function meanCpu(served: readonly Served[]): number | null {
  const known = served.flatMap(({ cpu, requests }) => (cpu === null ? [] : [{ cpu, requests }]));
  const requests = sum(known.map((one) => one.requests));
  return requests === 0 ? null : sum(known.map((one) => one.cpu * one.requests)) / requests;
}

/** Cores of the machine that were busy while it served, and those of them that were busy for members; `null`: not known. */
function machineOf(served: readonly Served[]): { cores: number; busy: number; fleet: number } | null {
  const known = served.flatMap(({ look: { machine, members } }) => {
    const fleet = sum([...members.cpu].filter((cpu) => !Number.isNaN(cpu))) / 100;
    return machine === undefined ? [] : [{ ...machine, fleet }];
  });
  const [busy, fleet] = [mean(known.map((one) => one.busy)), mean(known.map((one) => one.fleet))];
  const cores = known.at(-1)?.cores;
  return busy === null || fleet === null || cores === undefined ? null : { cores, busy, fleet };
}

/** Where nearly all of the machine's cores were busy: a clause, and whether much of it was for others; `null`: not so, or not known. */
function fullMachine(served: readonly Served[]): { readonly told: string; readonly isOthers: boolean } | null {
  const machine = machineOf(served);
  if (machine === null || machine.busy < machine.cores * FULL_MACHINE) return null;
  const others = machine.busy - machine.fleet;
  const isOthers = others >= machine.busy * MUCH_OF_IT;
  const whose = isOthers ? `, ${others.toFixed(1)} of them for programs that are not of this fleet` : "";
  return { told: `all cores of the machine were busy${whose}`, isOthers };
}

/** `held`: requests that were being answered at once, on average. */
function whoItWaitsFor(window: Window, looks: readonly Observation[], held: number): string {
  const locked = waitsForLocks({ looks });
  const slow = slowStatements(looks).find(({ busy }) => busy >= held * LARGE_PART);
  if (slow !== undefined && !locked)
    return `the statement that took ${percent(slow.share)} of the database's time: ${textOf(window, slow)}`;
  const poolers = looks.map(({ pooler }) => pooler);
  if ((shareOf(poolers, ({ waiting }) => waiting > 0) ?? 0) >= OFTEN)
    return "the pool of the database, where clients waited: see pool-waiting";
  if (locked) return "locks of the database: see lock-waiting";
  return looks.some(({ database }) => database?.statements?.lately != null)
    ? "services outside of the fleet: no statement on the database's primary took a large part of that time"
    : "the database (tenfold psql: SELECT query, mean_exec_time FROM pg_stat_statements ORDER BY total_exec_time DESC LIMIT 5), or services outside of the fleet";
}

/** Whether instances compute for as long as web.cpu lets them, where that is less than a core. */
function isLimited({ web }: Window["spec"], cpu: number): boolean {
  return web.cpu !== false && web.cpu <= 1 && cpu >= web.cpu * BUSY_CPU;
}

/** What is known where instances neither compute all the time nor wait most of it. */
function halfBusy(
  { spec }: Window,
  served: readonly Served[],
  { cpu, instances }: { readonly cpu: number | null; readonly instances: number },
): Pick<LoadCause, "why" | "change"> {
  const larger = "a larger machine, or less to compute: more instances here would share the same cores";
  const full = fullMachine(served);
  if (full !== null)
    return {
      why: `${full.told}: instances waited for one`,
      change: full.isOthers ? `see with top which those are, and end or move them; or ${larger}` : larger,
    };
  if (cpu !== null && isLimited(spec, cpu))
    return { why: "that is what web.cpu allows them", change: "a larger web.cpu, or more instances" };
  const by =
    machineOf(served) === null
      ? "see with top whether other programs take the machine's cores"
      : "the machine had cores left";
  return {
    why:
      cpu === null
        ? "why is not known, nor how much of it they computed"
        : "why is not known: they computed for a part of the time, and waited for the other",
    change: `try tenfold scale web=${instances + 1}: where answers get faster, requests waited for each other in an instance; where not, look at what a request does (tenfold_http_request_duration_seconds with @tenfold/runtime, or a profiler); ${by}`,
  };
}

/** Answers that are slower than the file wants them, and than anybody would call quick. */
function slowAnswers(window: Window, served: readonly Served[], cpu: number | null): LoadCause[] {
  const { answers, time } = answered(served);
  const target = window.spec.web.scale.target;
  // A few that are far slower than the rest are a tail, which has a name of its own.
  if (answers < LEAST_ANSWERS || time / answers < Math.max(SLOW_MS, target) || slowTail(window).length > 0) return [];
  const instances = served.at(-1)?.instances ?? 0;
  const machine = machineOf(served);
  const facts = [
    ...(cpu === null ? [] : [`${instances} instances used ${Math.round(cpu)} % of a core each`]),
    ...(machine === null ? [] : [`${machine.busy.toFixed(1)} of the machine's ${machine.cores} cores were busy`]),
  ];
  return [
    {
      name: "slow-answers",
      level: "warning",
      subject: "web",
      figure: `${answers} answers took ${Math.round(time / answers)} ms on average, where web.scale.target is ${formatDuration(target)}${facts.map((fact) => `; ${fact}`).join("")}`,
      ...halfBusy(window, served, { cpu, instances }),
    },
  ];
}

/** CPU and latency of the instances while they answered lately. */
export function webBound(window: Window): LoadCause[] {
  const served = servedIn(recent(window.looks));
  const cpu = meanCpu(served);
  const instances = served.at(-1)?.instances ?? 0;
  if (cpu === null) return slowAnswers(window, served, null);
  const shown = `${Math.round(cpu)} % of a core each`;
  if (cpu >= BUSY_CPU)
    return [
      {
        name: "cpu-bound",
        level: "warning",
        subject: "web",
        figure: `${instances} instances used ${shown}`,
        why: "an instance that computes all the time lets requests wait",
        change: `tenfold scale web=${instances + Math.max(1, Math.ceil(instances / 2))}, if the machine has cores left; tenfold plan --measure says how far that goes`,
      },
    ];
  const { answers, time } = answered(served);
  if (cpu >= IDLE_CPU || isLimited(window.spec, cpu)) return slowAnswers(window, served, cpu);
  if (answers === 0 || time / answers < SLOW_MS) return [];
  const full = fullMachine(served);
  const held = time / 1_000 / sum(served.map(({ seconds }) => seconds));
  return [
    {
      name: "dependency-bound",
      level: "warning",
      subject: "web",
      figure: `${answers} answers took ${Math.round(time / answers)} ms on average while instances used ${shown}`,
      why: `the time goes by in waiting: for something else, where more instances would wait as well, or for the request before, where an instance works on few at once${full === null ? "" : `; or for a core, since ${full.told}`}`,
      change: `look at ${whoItWaitsFor(window, recent(window.looks), held)}; if an instance works on few requests at once, say so in web.concurrency, and take more instances`,
    },
  ];
}
