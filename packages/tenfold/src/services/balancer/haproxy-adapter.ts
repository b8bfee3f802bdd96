import type { Member } from "../../fleet/member.ts";
import type { Probe } from "../../fleet/state.ts";
import { isEdge, isFront, probeAnswer } from "../../render/edge/edge.ts";
import { frontsOf } from "../../render/haproxy/fronts.ts";
import type { Context, ServiceAdapter } from "../service.ts";
import { prepareCertificate } from "./certificate.ts";
import { reloadHaproxy } from "./haproxy-reload.ts";
import { type HaproxyRuntime, haproxyRuntime } from "./haproxy-runtime.ts";
import { askEdge } from "./probe.ts";
import { parseSessions } from "./sessions.ts";
import { parseStatistics, sumOf } from "./statistics.ts";
import type { Turns } from "./turns.ts";

/** `2 of 3 instances healthy`, by HAProxy's own checks. */
async function describe(runtime: HaproxyRuntime, worker: number): Promise<string> {
  const answers = await runtime.tell(worker, ["show stat app 2 -1", "show stat panic 2 -1"]);
  const [healthy = 0, alive = 0] = answers.map((answer) => sumOf(parseStatistics(answer), "act"));
  const panic = healthy * 2 < alive ? ", less than half: all get requests" : "";
  return `${healthy} of ${alive} ${alive === 1 ? "instance" : "instances"} healthy${panic}`;
}

async function probe(context: Context, member: Member): Promise<Probe> {
  const { fleet } = context;
  const carries = fleet.spec.balancer.engine === "haproxy" && isEdge(member);
  try {
    const runtime = haproxyRuntime(context, member);
    const worker = await runtime.current();
    const parts: string[] = [];
    if (carries) {
      const answer = await askEdge(fleet, context.signal);
      if (answer.status !== 200 || answer.body !== probeAnswer(fleet, member)) {
        return { ready: false, reason: `something else answers on its port (status ${answer.status})` };
      }
      parts.push(await describe(runtime, worker));
    } else {
      await runtime.tell(worker, ["show info"]);
    }
    if (isFront(fleet, member)) parts.push(`fronts: ${frontsOf(fleet).join(", ")}`);
    return { ready: true, role: null, detail: parts.join("; ") };
  } catch (error) {
    return { ready: false, reason: error instanceof Error ? error.message : String(error), silent: true };
  }
}

/** Whether nothing but idle connections of visitors is left. HAProxy would keep those for as long as it may. */
async function isQuiet(context: Context, member: Member): Promise<boolean> {
  const runtime = haproxyRuntime(context, member);
  const { current, former } = await runtime.workers();
  for (const worker of [...(current === null ? [] : [current]), ...former]) {
    const [answer = ""] = await runtime.tell(worker, ["show sess"]);
    if (parseSessions(answer).some(({ backend }) => backend !== "<NONE>")) return false;
  }
  return true;
}

/** HAProxy, whether it carries requests, TCP fronts or both. */
export function haproxyAdapter(turns: Turns): ServiceAdapter {
  return {
    prepare: prepareCertificate,
    probe,
    reload: (context, member) =>
      turns.take(async () => {
        await prepareCertificate(context, member);
        await reloadHaproxy(context, member);
      }),
    isQuiet: (context, member) => isQuiet(context, member).catch(() => true),
  };
}
