import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { createServer } from "node:http";
import { test } from "node:test";
import { createProject } from "../harness/project.ts";

const SCENARIO = "steps: [{ path: / }, { path: /item, name: item }]";

/** A server that answers everything, and knows what it was asked. */
async function count(): Promise<{ url: string; requests: string[] } & AsyncDisposable> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(request.url ?? "");
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`,
    requests,
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

const SHOP = ["http://127.0.0.1:1/", "--scenario", "shop.yaml"];

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
  [
    "a path beside a scenario",
    ["http://127.0.0.1:1/x", "--scenario", "shop.yaml"],
    "TF_ARGUMENT",
    /paths of their own/,
  ],
  ["a body beside a scenario", [...SHOP, "--body", "x"], "TF_ARGUMENT", /into a step/],
  ["a message without a WebSocket", ["http://127.0.0.1:1/", "--message", "x"], "TF_ARGUMENT", /ws:\/\//],
  ["a body for a WebSocket", ["ws://127.0.0.1:1/", "--body", "x"], "TF_ARGUMENT", /--message/],
  ["a rate beside a trace", ["http://127.0.0.1:1/", "--trace", "t.csv", "--rate", "3"], "TF_ARGUMENT", /--scale/],
  ["more than a trace", ["http://127.0.0.1:1/", "--trace", "t.csv", "--duration", "1m"], "TF_ARGUMENT", /all of it/],
  ["less than a trace", ["http://127.0.0.1:1/", "--trace", "late.csv", "--duration", "2s"], "TF_SCENARIO", /longer/],
  ["an empty trace", ["http://127.0.0.1:1/", "--trace", "none.csv"], "TF_SCENARIO", /second,rps/],
  ["a scale of visitors", ["http://127.0.0.1:1/", "--visitors", "3", "--scale", "2"], "TF_ARGUMENT", /own pace/],
  ["spacing of visitors", ["http://127.0.0.1:1/", "--visitors", "3", "--poisson"], "TF_ARGUMENT", /own pace/],
  ["nobody", ["http://127.0.0.1:1/", "--rate", "0"], "TF_ARGUMENT", /above 0/],
  ["a page beside a script", [...SHOP, "--html", "x", "--export-k6", "y"], "TF_ARGUMENT", /once for each/],
  ["a bad trace", ["http://127.0.0.1:1/", "--trace", "bad.csv"], "TF_SCENARIO", /second,rps/],
];

test("what cannot or should not be done is refused with exit code 2, and nothing is sent", async () => {
  await using project = await createProject({
    files: {
      ...{ "bad.csv": "second,rps\nx,y\n", "t.csv": "second,rps\n0,10\n1,40\n", "shop.yaml": SCENARIO },
      ...{ "late.csv": "second,rps\n0,0\n3,40\n", "none.csv": "second,rps\n0,0\n" },
    },
  });
  const check = async ([name, words, code, hint]: (typeof REFUSED)[number]): Promise<void> => {
    const fault = await project.fault(["load", ...words]);
    assert.deepEqual([fault.code, fault.exit], [code, 2], name);
    assert.match(fault.hint ?? "", hint, name);
  };
  await Promise.all(REFUSED.map(check));
  assert.ok(!existsSync(project.path(".tenfold")));
});

test("thresholds that the run will not measure are refused before anything is sent", async () => {
  await using project = await createProject({ files: { "shop.yaml": SCENARIO } });
  await using server = await count();
  for (const [words, why] of [
    [["--scenario", "shop.yaml", "--threshold", "GET: p95<1s"], /did you mean GET \//],
    [["--visitors", "3", "--threshold", "rate>98%"], /own pace/],
    [["--threshold", "errors<150%"], /above 100%/],
  ] as const) {
    const fault = await project.fault(["load", server.url, ...words]);
    assert.deepEqual([fault.code, fault.exit], ["TF_ARGUMENT", 2]);
    assert.match(fault.message, why);
  }
  assert.deepEqual(server.requests, []);
});

test("files that cannot be written are told before anything is sent", async () => {
  await using project = await createProject();
  await using server = await count();
  for (const words of [
    ["--html", "none/x.html"],
    ["--html", "."],
    ["--export-k6", "none/k.js"],
  ]) {
    const fault = await project.fault(["load", server.url, "--duration", "1s", ...words]);
    assert.equal(fault.code, "TF_NOT_WRITABLE");
  }
  assert.deepEqual(server.requests, []);
});
