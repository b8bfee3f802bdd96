import type { InstanceFigures, WebFigures } from "../../fleet/figures.ts";
import type { MemberName } from "../../fleet/member.ts";
import { type StatisticsRow, sumOf } from "./statistics.ts";

/** Whether somebody is in the slot, or was and still finishes something. */
function isTaken(rows: readonly StatisticsRow[]): boolean {
  return rows.some((row) => !row.get("status").startsWith("MAINT") || Number(row.get("scur")) > 0);
}

function serverFigures(rows: readonly StatisticsRow[]): InstanceFigures {
  const requests = sumOf(rows, "stot");
  // The mean of each backend counts as much as it has answered.
  const meanOf = (column: string): number | null =>
    requests === 0 ? null : rows.reduce((sum, row) => sum + sumOf([row], "stot") * sumOf([row], column), 0) / requests;
  // HAProxy's own total begins when the answer before was given: it holds the pauses of a kept connection.
  const [waited, connected, answers] = [meanOf("qtime"), meanOf("ctime"), meanOf("rtime")];
  return {
    requests,
    errors: sumOf(rows, "hrsp_5xx"),
    inFlight: sumOf(rows, "scur"),
    response: waited === null || connected === null || answers === null ? null : waited + connected + answers,
    waited,
  };
}

/** The web tier by the rows of its backends and their servers, and by the answers that were counted. */
export function webFigures(rows: readonly StatisticsRow[], answers: WebFigures["answers"]): WebFigures {
  const backends = rows.filter((row) => row.get("svname") === "BACKEND");
  const servers = rows.filter((row) => row.get("svname") !== "BACKEND");
  const byName = Map.groupBy(servers, (row) => row.get("svname") as MemberName);
  const errors = sumOf(servers, "hrsp_5xx");
  // What the balancer answered itself: where it got no connection that is a 503. `eresp` counts attempts that another
  // instance made good, too.
  const own = Math.max(0, sumOf(backends, "hrsp_5xx") - errors);
  const refused = Math.min(own, sumOf(backends, "econ"));
  return {
    requests: sumOf(backends, "stot"),
    errors,
    unanswered: own - refused,
    refused,
    queued: sumOf(backends, "qcur") + sumOf(servers, "qcur"),
    answers,
    instances: new Map([...byName].flatMap(([name, own]) => (isTaken(own) ? [[name, serverFigures(own)]] : []))),
  };
}
