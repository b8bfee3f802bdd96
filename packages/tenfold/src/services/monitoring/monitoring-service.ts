import { Fault } from "../../fault/fault.ts";
import type { Member } from "../../fleet/member.ts";
import { configFile, dataDirectory } from "../../fleet/paths.ts";
import type { Probe } from "../../fleet/state.ts";
import type { Context, ServiceAdapter } from "../service.ts";

const WITHIN_MS = 2_000;
const RELOAD_WITHIN_MS = 30_000;

function ask(member: Member, path: string, options: RequestInit & { within?: number } = {}): Promise<Response> {
  const { within = WITHIN_MS, ...more } = options;
  return fetch(`http://127.0.0.1:${member.port}${path}`, { signal: AbortSignal.timeout(within), ...more });
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
}

interface Alert {
  readonly state: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** `2 alerts: CrashLoop, QueueDepth`; empty when nothing is amiss. */
async function alerts(member: Member): Promise<string> {
  const answer = (await (await ask(member, "/api/v1/alerts")).json()) as { data: { alerts: readonly Alert[] } };
  const firing = answer.data.alerts.filter(({ state }) => state === "firing");
  const names = [...new Set(firing.map(({ labels }) => labels.alertname))].sort();
  return firing.length === 0 ? "" : `${firing.length} ${firing.length === 1 ? "alert" : "alerts"}: ${names.join(", ")}`;
}

/** What Prometheus and Alertmanager have in common: both tell by HTTP whether they are ready, and take files anew. */
function serviceOf(title: string, describe: (member: Member) => Promise<string>): ServiceAdapter {
  return {
    prepare: async ({ fleet, driver }: Context, { name }: Member) => {
      for (const path of [dataDirectory(fleet.paths, name), configFile(fleet.paths, name)])
        await driver.makeDirectory(path, "service", 0o700);
    },
    probe: async (_context, member): Promise<Probe> => {
      try {
        const answer = await ask(member, "/-/ready");
        const text = await answer.text();
        if (!answer.ok) return { ready: false, reason: text.trim() };
        return { ready: true, role: null, detail: await describe(member) };
      } catch (error) {
        return { ready: false, reason: `does not answer: ${reasonOf(error)}`, silent: true };
      }
    },
    reload: async (_context, member) => {
      const refuse = (reason: string): never => {
        throw new Fault("TF_CONFIG_REJECTED", `${title} did not take its configuration: ${reason}`);
      };
      try {
        const answer = await ask(member, "/-/reload", { method: "POST", within: RELOAD_WITHIN_MS });
        const text = await answer.text();
        if (!answer.ok) refuse(text.trim());
      } catch (error) {
        if (error instanceof Fault) throw error;
        refuse(reasonOf(error));
      }
    },
  };
}

export const prometheusService: ServiceAdapter = serviceOf("Prometheus", alerts);

export const alertmanagerService: ServiceAdapter = serviceOf("Alertmanager", async () => "");
