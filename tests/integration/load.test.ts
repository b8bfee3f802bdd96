import assert from "node:assert/strict";
import { readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { join } from "node:path";
import { test } from "node:test";
import { webOnly } from "../harness/applications.ts";
import { ROOT, run as runProgram } from "../harness/program.ts";
import { createProject, type Project } from "../harness/project.ts";

interface Report {
  readonly version: number;
  readonly requests: number;
  readonly failures: number;
  readonly passed: boolean;
  readonly isComplete: boolean;
  readonly statuses: Readonly<Record<string, number>>;
  readonly latency: Readonly<Record<string, number>>;
  readonly steps: readonly { readonly name: string; readonly requests: number; readonly intended: number | null }[];
  readonly thresholds: readonly { readonly text: string; readonly isKept: boolean; readonly actual: number | null }[];
  readonly timeline: { readonly buckets: readonly { readonly requests: number }[] };
}

async function serve(answer: (path: string) => number): Promise<{ url: string; requests: string[] } & AsyncDisposable> {
  const requests: string[] = [];
  const server: Server = createServer((request, response) => {
    requests.push(request.url ?? "");
    response.writeHead(answer(request.url ?? "")).end("<b>hello</b>");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`,
    requests,
    [Symbol.asyncDispose]: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

async function load(project: Project, words: readonly string[]): Promise<{ report: Report; code: number }> {
  const { code, stdout, stderr } = await project.run(["load", ...words, "--json"]);
  assert.ok(code === 0 || code === 1, `${code}: ${stdout}${stderr}`);
  return { report: JSON.parse(stdout) as Report, code };
}

test("the fleet in the directory is loaded through its balancer", async () => {
  await using project = await createProject({ files: webOnly(2) });
  const before = await project.fault(["load", "--duration", "1s"]);
  assert.deepEqual([before.code, before.exit], ["TF_NOT_RUNNING", 1]);
  await project.up();
  await project.healthy();
  const { report, code } = await load(project, ["--rate", "50", "--duration", "2s", "--threshold", "errors<0.1%"]);
  assert.equal(code, 0);
  assert.deepEqual([report.version, report.requests, report.failures, report.passed], [1, 100, 0, true]);
  assert.deepEqual(report.statuses, { 200: 100 });
});

test("thresholds set the exit code, and every figure is of what the server saw", async () => {
  await using project = await createProject();
  let count = 0;
  await using server = await serve(() => {
    count += 1;
    return count % 10 === 0 ? 500 : 200;
  });
  const words = [server.url, "--rate", "100", "--duration", "1s"];
  const kept = await load(project, [...words, "--threshold", "errors <= 10%", "--threshold", "p99 < 1m"]);
  assert.equal(server.requests.length, 100);
  assert.deepEqual([kept.code, kept.report.requests, kept.report.failures], [0, 100, 10]);
  assert.deepEqual(kept.report.statuses, { 200: 90, 500: 10 });
  const crossed = await load(project, [...words, "--threshold", "errors < 10%", "--threshold", "p99 < 1m"]);
  assert.equal(crossed.code, 1);
  assert.deepEqual(
    crossed.report.thresholds.map(({ isKept }) => isKept),
    [false, true],
  );
  assert.equal(
    crossed.report.timeline.buckets.reduce((total, { requests }) => total + requests, 0),
    100,
  );
});

test("when no request is answered as expected, the run has failed", async () => {
  await using project = await createProject();
  await using server = await serve(() => 404);
  assert.equal((await load(project, [server.url, "--rate", "20", "--duration", "500ms"])).code, 1);
  assert.equal((await load(project, [server.url, "--rate", "20", "--duration", "500ms", "--expect", "4xx"])).code, 0);
});

const SCENARIO = `
load: { rate: 20, duration: 1s }
thresholds: ["GET /: errors < 1%"]
steps:
  - path: /
  - path: /item/\${visitor}
    name: <item>
`;

test("a scenario's visits, a page about them without anything from elsewhere, and its script for k6", async () => {
  await using project = await createProject({ files: { "shop.yaml": SCENARIO } });
  await using server = await serve(() => 200);
  const { report, code } = await load(project, [server.url, "--scenario", "shop.yaml", "--html", "report.html"]);
  assert.equal(code, 0);
  assert.deepEqual(
    report.steps.map(({ name, requests }) => [name, requests]),
    [
      ["GET /", 20],
      ["<item>", 20],
    ],
  );
  assert.equal(server.requests.filter((path) => path.startsWith("/item/")).length, 20);
  const page = readFileSync(project.path("report.html"), "utf8");
  assert.equal(page.match(/<svg /g)?.length, 3);
  assert.ok(page.includes("&lt;item&gt;") && !page.includes("<item>"));
  assert.doesNotMatch(page, /<script|<link|src=|@import|url\(/);
  assert.doesNotMatch(page, /NaN|undefined|Infinity/);
  await project.tenfold("load", server.url, "--scenario", "shop.yaml", "--export-k6", "shop.mjs");
  const checked = await runProgram([], { cwd: project.directory, argv: [process.execPath, "--check", "shop.mjs"] });
  assert.equal(checked.code, 0, checked.stderr);
  assert.equal(server.requests.length, 40, "exporting sends nothing");
});

test("the scenario of the guide is understood", async () => {
  const guide = readFileSync(join(ROOT, "docs/guides/load.md"), "utf8");
  const scenario = /```yaml title=shop\.yaml\n(.*?)```/s.exec(guide)?.[1] ?? "";
  await using project = await createProject({ files: { "shop.yaml": scenario } });
  const words = ["load", "http://127.0.0.1:1", "--scenario", "shop.yaml", "--dry-run"];
  const { stdout } = await project.tenfold(...words);
  assert.equal(stdout, "http://127.0.0.1:1: 20 to 120/s for 2m, as independent visitors come\n");
});

test("a trace is replayed", async () => {
  await using project = await createProject({ files: { "trace.csv": "second,rps\n0,10\n1,40\n" } });
  await using server = await serve(() => 200);
  const { report } = await load(project, [server.url, "--trace", "trace.csv", "--scale", "2"]);
  assert.equal(report.requests, 100);
});

test("Ctrl-C ends a run early, with the figures so far and exit code 1", async () => {
  await using project = await createProject();
  await using server = await serve(() => 200);
  const started = project.start(["load", server.url, "--duration", "10m", "--json"]);
  while (server.requests.length < 20) await new Promise((resolve) => setTimeout(resolve, 20));
  started.signal("SIGINT");
  const { code, stdout } = await started.ended;
  const report = JSON.parse(stdout) as Report;
  assert.deepEqual([code, report.isComplete, report.requests], [1, false, server.requests.length]);
});

test("a share of the rate is of what was intended, for everything and for each step", async () => {
  const scenario = `
steps:
  - path: /
    chance: 50%
  - path: /item
`;
  await using project = await createProject({ files: { "shop.yaml": scenario } });
  await using server = await serve((path) => (path === "/" ? 500 : 200));
  const limits = [
    "--threshold",
    "GET /item: rate > 30%",
    "--threshold",
    "GET /: rate > 1%",
    "--threshold",
    "rate < 70%",
  ];
  const words = [server.url, "--scenario", "shop.yaml", "--rate", "100", "--duration", "1s", ...limits];
  const { report } = await load(project, words);
  assert.deepEqual(
    report.thresholds.map(({ isKept }) => isKept),
    [true, false, true],
  );
  // Whoever was shown an error first was meant to ask for the item as well.
  assert.deepEqual(report.steps.map(({ name, intended }) => [name, intended]).at(-1), ["GET /item", 100]);
});

test("headers that are typed go with every step, and a trace lies beside its scenario", async () => {
  const files = {
    "in/shop.yaml": "load: { trace: t.csv }\nsteps: [{ path: /, headers: { x-who: file } }, { path: /b }]\n",
    "in/t.csv": "second,rps\n0,10\n1,10\n",
  };
  await using project = await createProject({ files });
  const who = new Set<string>();
  const server = createServer((request, response) => {
    who.add(String(request.headers["x-who"]));
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "::1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  try {
    // Only one of the addresses of localhost is listened on.
    const words = [`http://localhost:${port}`, "--scenario", "in/shop.yaml", "--header", "X-Who: typed"];
    const { report, code } = await load(project, words);
    assert.deepEqual([code, report.requests, [...who]], [0, 40, ["typed"]]);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

test("what a script for k6 is not is told, in JSON as well", async () => {
  await using project = await createProject();
  const words = ["load", "http://127.0.0.1:1/", "--poisson", "--export-k6", "k.js"];
  assert.match((await project.tenfold(...words)).stderr, /visits come evenly/);
  const { file, differences } = JSON.parse((await project.tenfold(...words, "--json")).stdout);
  assert.equal(file, "k.js");
  assert.match(differences.join(), /visits come evenly/);
});

test("an interrupted run says so where people read it", async () => {
  await using project = await createProject();
  await using server = await serve(() => 200);
  const started = project.start(["load", server.url, "--duration", "10m"]);
  while (server.requests.length < 20) await new Promise((resolve) => setTimeout(resolve, 20));
  started.signal("SIGINT");
  const { code, stdout } = await started.ended;
  assert.equal(code, 1);
  assert.match(stdout, /^interrupted after [\d.]+ of 10m/);
  assert.match(stdout, /✗ an interrupted run has not passed/);
});

test("the figures are shown also when their page cannot be written any more", async () => {
  await using project = await createProject({ files: { "out/x": "" } });
  await using server = await serve(() => {
    rmSync(project.path("out"), { recursive: true, force: true });
    return 200;
  });
  const words = ["load", server.url, "--rate", "20", "--duration", "500ms", "--html", "out/report.html"];
  const { code, stdout, stderr } = await project.run(words);
  assert.equal(code, 3);
  assert.match(stdout, /^10 requests in/);
  assert.match(stderr, /its directory does not exist \(TF_NOT_WRITABLE\)/);
});
