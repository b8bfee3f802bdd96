import type { RunResult } from "../run/result.ts";
import { Histogram } from "../stats/histogram.ts";
import type { GeneratorReport } from "./report.ts";

/** Lateness that nobody would notice in the figures. */
const FINE_LATENESS = 10;
const BUSY = 0.9;
/** A pause of the whole program that shows in a plot. */
const STANDSTILL = 100;
/** Who uses less and is late was not let. */
const STARVED = 0.6;

/** Errors of this machine and not of the server, by what the system calls them. */
const EXHAUSTED: Readonly<Record<string, string>> = {
  EADDRNOTAVAIL: "this machine had no free port left for it: use kept connections, or a lower rate",
  EMFILE: "this process may not open more files: raise ulimit -n, or lower --max-connections",
};

function share(part: number): string {
  return `${Math.round(part * 100)} %`;
}

/**
 * Whether the generator itself was the bottleneck, and in which way. `fineLateness`: milliseconds that matter to nobody,
 * for whoever knows what is looked for.
 */
export function reportGenerator(
  { health, threads, connections, records }: RunResult,
  mostConnections: number,
  fineLateness: number = FINE_LATENESS,
): GeneratorReport {
  const lateness = new Histogram();
  lateness.merge(health.lateness);
  const late = lateness.percentile(99);
  const limits: string[] = [];
  if (late > fineLateness) {
    const others =
      health.cpu > STARVED ? "" : `; the generator did not get a core in time, for it used ${share(health.cpu)} of one`;
    limits.push(
      `1 % of the requests were sent more than ${Math.round(late)} ms late: the latencies include it${others}`,
    );
  }
  // Visitors of a closed loop are never late: they come when they can. What kept this program from its work kept them too.
  if (lateness.count === 0) {
    const { loopDelayP99, loopDelayMax } = health;
    if (loopDelayMax > STANDSTILL)
      limits.push(
        `it stood still for up to ${Math.round(loopDelayMax)} ms: answers that came meanwhile look that late`,
      );
    else if (loopDelayP99 > fineLateness)
      limits.push(
        `it was kept from its work for more than ${Math.round(loopDelayP99)} ms in 1 % of its turns: the latencies include it`,
      );
  }
  if (health.cpu > BUSY)
    limits.push(`a thread of the generator used ${share(health.cpu)} of a core: use more --threads, or a lower rate`);
  if (health.held > 0) limits.push("so many requests were in flight that others had to wait before they were sent");
  if (connections.waited > records.total.requests / 100)
    limits.push(
      `${connections.waited} requests waited for one of ${mostConnections * threads} connections: raise --max-connections`,
    );
  for (const [code, why] of Object.entries(EXHAUSTED)) {
    const count = records.total.errors.get(`no connection: ${code}`) ?? 0;
    if (count > 0) limits.push(`${count} requests failed here, since ${why}`);
  }
  return {
    threads,
    cpu: health.cpu,
    lateness: { p50: lateness.percentile(50), p99: late, max: lateness.max },
    loopDelay: { p99: health.loopDelayP99, max: health.loopDelayMax },
    connectionsOpened: connections.opened,
    limits,
  };
}
