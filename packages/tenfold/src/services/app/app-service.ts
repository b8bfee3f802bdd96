import { request } from "node:http";
import type { Fleet } from "../../fleet/fleet.ts";
import type { Member } from "../../fleet/member.ts";
import type { Probe } from "../../fleet/state.ts";
import type { Context, ServiceAdapter } from "../service.ts";

/** Whether an answer means that the instance can serve. */
function passes(status: number, strict: boolean): boolean {
  return strict ? status >= 200 && status < 400 : status < 500;
}

function ask(fleet: Fleet, member: Member): Promise<Probe> {
  const { path, strict, timeout } = fleet.spec.web.health;
  return new Promise((resolve) => {
    const fail = (reason: string, silent = true): void => resolve({ ready: false, reason, silent });
    const asked = request({
      host: "127.0.0.1",
      port: member.port,
      path,
      agent: false,
      timeout,
      headers: { "user-agent": "tenfold-health", host: fleet.spec.name, connection: "close" },
    });
    asked.on("response", (response) => {
      const status = response.statusCode ?? 0;
      response.resume();
      response.on("error", () => {});
      if (passes(status, strict)) resolve({ ready: true, role: null, detail: "" });
      else fail(`answers GET ${path} with ${status}`, false);
    });
    asked.on("timeout", () => {
      fail(`does not answer GET ${path} within ${timeout} ms`);
      asked.destroy();
    });
    asked.on("error", (error: NodeJS.ErrnoException) => {
      fail(
        error.code === "ECONNREFUSED"
          ? `does not listen on port ${member.port}`
          : `does not answer GET ${path}: ${error.message}`,
      );
    });
    asked.end();
  });
}

/** Web instances: probed by a request for their health. */
export const webService: ServiceAdapter = {
  probe: ({ fleet }: Context, member: Member): Promise<Probe> => ask(fleet, member),
};

/** Workers and the scheduler have nothing to ask: that they run, and go on running, is what can be known. */
export const jobService: ServiceAdapter = {
  probe: (): Promise<Probe> => Promise.resolve({ ready: true, role: null, detail: "" }),
};
