import type { LoadCause, LoadDiagnosis } from "@tenfold/protocol";
import { instancesFull, jobsLate, memoryGrowth, requestsRefused, requestsUnanswered, slowTail } from "./application.ts";
import type { Window } from "./cause.ts";
import { connectionsExhausted, laggingReplicas, lockWaiting, poolWaiting } from "./database.ts";
import { redisCauses } from "./redis.ts";
import { statementCauses } from "./statements.ts";
import { webBound } from "./web-bound.ts";

const LOOKS: readonly ((window: Window) => LoadCause[])[] = [
  connectionsExhausted,
  poolWaiting,
  lockWaiting,
  statementCauses,
  laggingReplicas,
  redisCauses,
  requestsRefused,
  requestsUnanswered,
  instancesFull,
  webBound,
  slowTail,
  memoryGrowth,
  jobsLate,
];

/** Every likely cause that a while of observations shows, errors first. The same observations show the same causes. */
export function diagnoseLoad(window: Window): LoadDiagnosis {
  const causes = LOOKS.flatMap((look) => look(window));
  const { looks, spec } = window;
  return {
    version: 1,
    fleet: spec.name,
    from: looks[0]?.at ?? null,
    to: looks.at(-1)?.at ?? null,
    looks: looks.length,
    causes: [...causes.filter(({ level }) => level === "error"), ...causes.filter(({ level }) => level === "warning")],
  };
}
