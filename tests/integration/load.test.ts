import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
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
  readonly steps: readonly { readonly name: string; readonly requests: number }[];
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

const REFUSED: readonly (readonly [string, readonly string[], string, RegExp])[] = [
  ["another machine", ["http://203.0.113.7/"], "TF_LOAD_HOST", /--allow-host 203\.0\.113\.7/],
  ["another machine by another's name", ["http://203.0.113.7/", "--allow-host", "x"], "TF_LOAD_HOST", /203/],
  ["too much", ["http://127.0.0.1:1/", "--rate", "50000"], "TF_LOAD_LIMIT", /--beyond-limits/],
  ["too long", ["http://127.0.0.1:1/", "--duration", "2h"], "TF_LOAD_LIMIT", /--beyond-limits/],
  ["two kinds of load", ["http://127.0.0.1:1/", "--rate", "5", "--visitors", "5"], "TF_ARGUMENT", /remove one/],
  ["a threshold without a unit", ["http://127.0.0.1:1/", "--threshold", "p95<250"], "TF_ARGUMENT", /p95<250ms/],
  ["a rate that is none", ["http://127.0.0.1:1/", "--rate", "fast"], "TF_ARGUMENT", /--rate 200/],
  ["a URL that is none", ["ftp://127.0.0.1/"], "TF_ARGUMENT", /http:\/\/127\.0\.0\.1:3000/],
  [
    "a variable that nobody set",
    ["http://127.0.0.1:1/", "--header", "A: ${NOPE_1}"],
    "TF_ARGUMENT",
    /export the variable/,
  ],
  [
    "a scenario that is not there",
    ["http://127.0.0.1:1/", "--scenario", "no.yaml"],
    "TF_SCENARIO",
    /docs\/guides\/load/,
  ],
  ["a bad trace", ["http://127.0.0.1:1/", "--trace", "bad.csv"], "TF_SCENARIO", /second,rps/],
];

test("what cannot or should not be done is refused with exit code 2, and nothing is sent", async () => {
  await using project = await createProject({ files: { "bad.csv": "second,rps\nx,y\n" } });
  const check = async ([name, words, code, hint]: (typeof REFUSED)[number]): Promise<void> => {
    const fault = await project.fault(["load", ...words]);
    assert.deepEqual([fault.code, fault.exit], [code, 2], name);
    assert.match(fault.hint ?? "", hint, name);
  };
  await Promise.all(REFUSED.map(check));
  assert.ok(!existsSync(project.path(".tenfold")));
});
