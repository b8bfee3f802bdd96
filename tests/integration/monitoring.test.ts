import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { eventually } from "../harness/eventually.ts";
import { createProject, type Project } from "../harness/project.ts";

/** Tells a figure of its own. */
const SERVER = `
import { createServer } from "node:http";
createServer((request, response) => {
  if (request.url === "/metrics") response.setHeader("content-type", "text/plain; version=0.0.4");
  response.end(request.url === "/metrics" ? "shop_orders_total 7\\n" : process.env.INSTANCE_ID);
}).listen(process.env.PORT, process.env.HOST);
`;

/** Ends for as long as there is a file called broken. */
const WORKER = `
import { existsSync } from "node:fs";
setInterval(() => existsSync("broken") && process.exit(1), 20);
`;

function fileFor(url: string, above = 2): string {
  return `name: shop
web: { command: node server.mjs, instances: 2 }
workers: { mail: node worker.mjs }
monitoring:
  interval: 1s
  scrape: /metrics
  alerts:
    gather: 0s
    to: [{ webhook: "\${HOOK:-${url}}" }]
    rules:
      memberDown: { for: 2s }
      crashLoop: { above: ${above} }
`;
}

interface Told {
  readonly status: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** Whom alerts are posted to. */
async function listenForAlerts(): Promise<AsyncDisposable & { readonly url: string; readonly told: readonly Told[] }> {
  const told: Told[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    told.push(...(JSON.parse(Buffer.concat(chunks).toString()) as { alerts: Told[] }).alerts);
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/alerts`,
    told,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function ask<T>(project: Project, path: string): Promise<T> {
  const { port } = await project.member("prometheus-1");
  const answer = (await (await fetch(`http://127.0.0.1:${port}/api/v1/${path}`)).json()) as { data: T };
  return answer.data;
}

interface Target {
  readonly health: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly lastError: string;
}

/** `web web-1`: who is read, once all of them answer. */
async function targets(project: Project): Promise<string[]> {
  const { activeTargets } = await ask<{ activeTargets: readonly Target[] }>(project, "targets");
  const bad = activeTargets.filter(({ health }) => health !== "up");
  assert.deepEqual(bad, []);
  return activeTargets.map(({ labels }) => `${labels.job} ${labels.instance}`).sort();
}

function reads(project: Project, ...webs: readonly string[]): Promise<true> {
  const others = ["alertmanager alertmanager-1", "balancer balancer-1", "prometheus prometheus-1", "tenfold engine"];
  return eventually(
    `Prometheus reads ${webs.join(", ")}`,
    async () => {
      assert.deepEqual(await targets(project), [...others, ...webs.map((name) => `web ${name}`)]);
      return true as const;
    },
    60_000,
  );
}

test("Prometheus reads every part of a fleet, and whoever is to be told is told of a crash loop and of its end", async () => {
  await using hook = await listenForAlerts();
  const files = { "server.mjs": SERVER, "worker.mjs": WORKER, "tenfold.yaml": fileFor(hook.url) };
  await using project = await createProject({ files });
  await project.up();
  await project.healthy();
  await reads(project, "web-1", "web-2");

  await project.write({ broken: "" });
  const firing = (name: string): Promise<Told> =>
    eventually(
      `word of ${name}`,
      () => hook.told.find(({ status, labels }) => status === "firing" && labels.alertname === name),
      60_000,
    );
  const [down, loop] = await Promise.all([firing("MemberDown"), firing("CrashLoop")]);
  assert.equal(down.annotations.summary, "worker-mail-1 is not ready");
  assert.deepEqual(loop.labels, {
    alertname: "CrashLoop",
    fleet: "shop",
    instance: "engine",
    job: "tenfold",
    kind: "worker",
    member: "worker-mail-1",
    severity: "warning",
  });
  assert.match(loop.annotations.action ?? "", /^tenfold logs worker-mail-1 /);
  // What ps shows of it is as old as the last probe.
  await eventually("ps that shows the alert", async () =>
    /^\d alerts?: .*CrashLoop/.test((await project.member("prometheus-1")).detail ?? ""),
  );

  await rm(project.path("broken"));
  await eventually(
    "word that the worker is back",
    () => hook.told.some(({ status, labels }) => status === "resolved" && labels.alertname === "MemberDown"),
    90_000,
  );
});

test("instances that come are read, and a rule that changes is taken, by the same Prometheus; without the key both are gone", async () => {
  await using hook = await listenForAlerts();
  const files = { "server.mjs": SERVER, "worker.mjs": WORKER, "tenfold.yaml": fileFor(hook.url) };
  await using project = await createProject({ files });
  await project.up();
  const { pid } = await project.member("prometheus-1");
  await project.tenfold("scale", "web=3");
  await reads(project, "web-1", "web-2", "web-3");
  const servers = await ask<{ result: readonly { metric: Readonly<Record<string, string>> }[] }>(
    project,
    `query?query=${encodeURIComponent('count by (server) (haproxy_server_status{proxy="app"})')}`,
  );
  assert.deepEqual(servers.result.map(({ metric }) => metric.server).sort(), ["web-1", "web-2", "web-3"]);
  const { result } = await ask<{ result: readonly { value: [number, string] }[] }>(
    project,
    "query?query=sum(shop_orders_total)",
  );
  assert.equal(result[0]?.value[1], "21");

  await project.write({ "tenfold.yaml": fileFor(hook.url, 5) });
  const { stderr } = await project.up();
  assert.match(stderr, /prometheus-1/);
  const { groups } = await ask<{ groups: readonly { rules: readonly { name: string; query: string }[] }[] }>(
    project,
    "rules",
  );
  const rule = groups.flatMap(({ rules }) => rules).find(({ name }) => name === "CrashLoop");
  assert.match(rule?.query ?? "", /> 5$/);
  assert.equal((await project.member("prometheus-1")).pid, pid);

  await project.write({ "tenfold.yaml": fileFor(hook.url).split("monitoring:")[0] ?? "" });
  await project.up();
  const { members } = await project.healthy();
  assert.deepEqual(
    members.filter(({ kind }) => kind === "prometheus" || kind === "alertmanager"),
    [],
  );
});
