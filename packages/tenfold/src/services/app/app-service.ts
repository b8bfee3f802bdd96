import type { Fleet } from "../../fleet/fleet.ts";
import type { Member } from "../../fleet/member.ts";
import type { Probe } from "../../fleet/state.ts";
import type { Context, ServiceAdapter } from "../service.ts";
import { statusOf, Unanswered } from "./status.ts";

/** Whether an answer means that the instance can serve. */
function passes(status: number, strict: boolean): boolean {
  return strict ? status >= 200 && status < 400 : status < 500;
}

async function ask(fleet: Fleet, member: Member): Promise<Probe> {
  const { path, strict, timeout } = fleet.spec.web.health;
  const headers = { host: fleet.spec.name, "user-agent": "tenfold-health" };
  try {
    const status = await statusOf({ port: member.port ?? 0, path, headers, timeout });
    if (passes(status, strict)) return { ready: true, role: null, detail: "" };
    return { ready: false, reason: `answers GET ${path} with ${status}`, silent: false };
  } catch (error) {
    if (!(error instanceof Unanswered)) throw error;
    const reason =
      error.code === "ECONNREFUSED"
        ? `does not listen on port ${member.port}`
        : error.code === "ETIMEDOUT"
          ? `does not answer GET ${path} within ${timeout} ms`
          : `does not answer GET ${path}: ${error.message}`;
    return { ready: false, reason, silent: true };
  }
}

/** Web instances: probed by a request for their health. */
export const webService: ServiceAdapter = {
  probe: ({ fleet }: Context, member: Member): Promise<Probe> => ask(fleet, member),
};

/** Workers and the scheduler have nothing to ask: that they run, and go on running, is what can be known. */
export const jobService: ServiceAdapter = {
  probe: (): Promise<Probe> => Promise.resolve({ ready: true, role: null, detail: "" }),
};
