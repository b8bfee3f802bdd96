import type { LoadCause } from "@tenfold/protocol";
import { answersSince } from "../../fleet/latency.ts";
import { growth, type Observation } from "../../fleet/observation.ts";
import { mean, OFTEN, percent, recent, shareOf, sum, type Window, waitsForLocks } from "./cause.ts";
import { LARGE_PART, slowStatements, textOf } from "./statements.ts";

/** Milliseconds: a mean above it is slow for anybody. */
const SLOW_MS = 200;
/** Of one core, in percent. */
const BUSY_CPU = 85;
const IDLE_CPU = 50;

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

/** Mean of the instances, each look as much as it has served. */
function meanCpu(served: readonly Served[]): number | null {
  const known = served.flatMap(({ cpu, requests }) => (cpu === null ? [] : [{ cpu, requests }]));
  const requests = sum(known.map((one) => one.requests));
  return requests === 0 ? null : sum(known.map((one) => one.cpu * one.requests)) / requests;
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

/** CPU and latency of the instances while they answered lately. */
export function webBound(window: Window): LoadCause[] {
  const served = servedIn(recent(window.looks));
  const cpu = meanCpu(served);
  const instances = served.at(-1)?.instances ?? 0;
  if (cpu === null) return [];
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
  const [answers, time] = [sum(served.map((one) => one.answers)), sum(served.map((one) => one.time))];
  if (answers === 0 || time / answers < SLOW_MS || cpu >= IDLE_CPU) return [];
  const held = time / 1_000 / sum(served.map(({ seconds }) => seconds));
  return [
    {
      name: "dependency-bound",
      level: "warning",
      subject: "web",
      figure: `${answers} answers took ${Math.round(time / answers)} ms on average while instances used ${shown}`,
      why: "the time goes by in waiting: for something else, where more instances would wait as well, or for the request before, where an instance works on few at once",
      change: `look at ${whoItWaitsFor(window, recent(window.looks), held)}; if an instance works on few requests at once, say so in web.concurrency, and take more instances`,
    },
  ];
}
