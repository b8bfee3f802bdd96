import { type InstanceFigures, STATUS_CLASSES, type WebFigures } from "../../fleet/figures.ts";
import type { MemberName } from "../../fleet/member.ts";
import { type StatisticsRow, sumOf } from "./statistics.ts";
import type { WebSocketCounts } from "./web-sockets.ts";

/** Open WebSockets, by the workers that carry them. */
export interface CarriedWebSockets {
  /** Of the worker that accepts connections, whose statistics have them among all that is in flight. */
  readonly current: WebSocketCounts;
  /** Of each that was reloaded away. */
  readonly former: readonly WebSocketCounts[];
}

interface OpenWebSockets {
  readonly current: number;
  readonly former: number;
}

/** Whether somebody is in the slot, or was and still finishes something. */
function isTaken(rows: readonly StatisticsRow[], { former }: OpenWebSockets): boolean {
  return former > 0 || rows.some((row) => !row.get("status").startsWith("MAINT") || Number(row.get("scur")) > 0);
}

function serverFigures(rows: readonly StatisticsRow[], webSockets: OpenWebSockets): InstanceFigures {
  const requests = sumOf(rows, "stot");
  // The mean of each backend counts as much as it has answered.
  const meanOf = (column: string): number | null =>
    requests === 0 ? null : rows.reduce((sum, row) => sum + sumOf([row], "stot") * sumOf([row], column), 0) / requests;
  // HAProxy's own total begins when the answer before was given: it holds the pauses of a kept connection.
  const [waited, connected, answers] = [meanOf("qtime"), meanOf("ctime"), meanOf("rtime")];
  const statuses = STATUS_CLASSES.map((name) => [name, sumOf(rows, `hrsp_${name}`)] as const);
  return {
    requests,
    statuses: Object.fromEntries(statuses) as InstanceFigures["statuses"],
    queued: sumOf(rows, "qcur"),
    inFlight: sumOf(rows, "scur") + webSockets.former,
    webSockets: webSockets.current + webSockets.former,
    response: waited === null || connected === null || answers === null ? null : waited + connected + answers,
    waited,
  };
}

/** The web tier by the rows of its backends and their servers, by the answers that were counted, and by WebSockets. */
export function webFigures(
  rows: readonly StatisticsRow[],
  answers: WebFigures["answers"],
  carried: CarriedWebSockets,
): WebFigures {
  const backends = rows.filter((row) => row.get("svname") === "BACKEND");
  const servers = rows.filter((row) => row.get("svname") !== "BACKEND");
  const byName = Map.groupBy(servers, (row) => row.get("svname") as MemberName);
  const openOf = (name: MemberName): OpenWebSockets => ({
    current: carried.current.get(name) ?? 0,
    former: carried.former.reduce((sum, counts) => sum + (counts.get(name) ?? 0), 0),
  });
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
    instances: new Map(
      [...byName].flatMap(([name, own]) => {
        const open = openOf(name);
        return isTaken(own, open) ? [[name, serverFigures(own, open)]] : [];
      }),
    ),
  };
}
