import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { type Finished, run } from "../harness/program.ts";

interface Scores {
  readonly version: number;
  readonly trace: { readonly days: number };
  readonly scores: readonly { readonly policy: string; readonly ratio: number; readonly violationPercent: number }[];
}

async function directory(): Promise<{ readonly path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), "simulate-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}

/** Two hours: 60 requests a second, then 240, then 60. */
const STEPS = "second,rps\n0,60\n2400,240\n4800,60\n7199,60\n";

test("a recorded trace is replayed against policies, as a table, for programs, and as a plot", async () => {
  await using home = await directory();
  const simulate = (...words: string[]): Promise<Finished> => run(["simulate", ...words], { cwd: home.path });
  await writeFile(join(home.path, "steps.csv"), STEPS);

  const table = await simulate("--trace", "steps.csv");
  assert.equal(table.code, 0, table.stderr);
  assert.match(table.stdout, /^POLICY +HOURS +÷ OPTIMUM/);
  for (const policy of ["tenfold cheap", "HPA 70 %", "thresholds +2", "static peak", "clairvoyant"])
    assert.match(table.stdout, new RegExp(`^${policy.replace("+", "\\+")} `, "m"));

  const rules = "cpu > 60% for 1m: +2; cpu < 20% for 10m";
  const json = await simulate(
    "--trace",
    "steps.csv",
    "--policy",
    rules,
    "--boot",
    "5s",
    "--json",
    "--html",
    "plot.html",
  );
  const { version, trace, scores } = JSON.parse(json.stdout) as Scores;
  assert.equal(version, 1);
  assert.equal(trace.days, 7200 / 86_400);
  assert.equal(scores[0]?.policy, rules);
  assert.ok((scores[0]?.ratio ?? 0) > 0.5);
  assert.match(await readFile(join(home.path, "plot.html"), "utf8"), /<svg[^>]*>[\s\S]*cpu &gt; 60%/);

  const requests = ["--trace", "steps.csv", "--policy", "safe", "--engine", "requests", "--json"];
  const [score] = (JSON.parse((await simulate(...requests)).stdout) as Scores).scores;
  const [crashing] = (JSON.parse((await simulate(...requests, "--crash", "10m")).stdout) as Scores).scores;
  assert.ok(score !== undefined && crashing !== undefined);
  assert.ok(crashing.violationPercent > score.violationPercent);
});

test("a page that cannot be written costs nobody the figures", async () => {
  await using home = await directory();
  await writeFile(join(home.path, "steps.csv"), STEPS);
  const options = ["--trace", "steps.csv", "--policy", "peak", "--html", "/dev/full"];
  const { code, stdout, stderr } = await run(["simulate", ...options], { cwd: home.path });
  assert.equal(code, 3);
  assert.match(stdout, /^static peak/m);
  assert.match(stderr, /disk is full.*TF_DISK_FULL/s);
});

test("times count to fractions of a millisecond", async () => {
  await using home = await directory();
  await writeFile(join(home.path, "steps.csv"), STEPS);
  const options = ["--trace", "steps.csv", "--policy", "peak", "--service", "1.5ms", "--drain", "400ms", "--json"];
  const { stdout } = await run(["simulate", ...options], { cwd: home.path });
  const { world } = JSON.parse(stdout) as { world: { service: { mean: number }; drain: number } };
  assert.deepEqual([world.service.mean, world.drain], [0.0015, 0.4]);
});

test("who looks more often than the engine is told that Tenfold's policies are not made for it", async () => {
  await using home = await directory();
  await writeFile(join(home.path, "steps.csv"), STEPS);
  const told = async (...words: string[]): Promise<string> =>
    (await run(["simulate", "--trace", "steps.csv", ...words], { cwd: home.path })).stderr;
  assert.match(await told("--policy", "kpa,cheap", "--interval", "1s"), /! the engine looks every 5s; every 1s/);
  assert.doesNotMatch(await told("--policy", "kpa", "--interval", "1s"), /the engine looks/);
  assert.doesNotMatch(await told("--policy", "cheap"), /the engine looks/);
});

test("jobs are followed one by one, and differ as told", async () => {
  await using home = await directory();
  await writeFile(join(home.path, "jobs.csv"), "second,rps\n0,1.8\n20000,1.8\n");
  const late = async (...words: string[]): Promise<number> => {
    const options = ["--trace", "jobs.csv", "--workers", "--policy", "peak", "--min", "4", "--slo", "5s", "--json"];
    const { code, stdout, stderr } = await run(["simulate", ...options, ...words], { cwd: home.path });
    assert.equal(code, 0, stderr);
    const { engine, scores } = JSON.parse(stdout) as Scores & { engine: string };
    assert.equal(engine, words.includes("fluid") ? "fluid" : "jobs");
    return scores[0]?.violationPercent ?? 0;
  };
  // Five workers keep 5 s for all but one in a thousand where jobs are alike; four do not.
  const [alike, different] = [await late("--max", "4", "--variation", "0"), await late("--max", "4")];
  assert.ok(different > 20 && alike < different / 1.5, `${alike} and ${different}`);
  assert.ok((await late("--max", "4", "--engine", "fluid")) > 15);
});

test("what cannot be simulated is refused, with what would be right", async () => {
  await using home = await directory();
  await writeFile(join(home.path, "bad.csv"), "second,rps\n0,1\n1,many\n");
  await writeFile(join(home.path, "good.csv"), "second,rps\n0,1\n60,1\n");
  const refused: readonly (readonly [string, RegExp])[] = [
    ["", /--trace is missing.*TF_ARGUMENT/],
    ["--trace nowhere.csv", /there is no file nowhere\.csv.*TF_TRACE/],
    ["--trace .", /cannot be read.*TF_TRACE/],
    ["--trace bad.csv", /line 3: "1,many" ends with no number/],
    ["--trace good.csv --policy hpaa", /no policy "hpaa"; did you mean hpa\?/],
    ["--trace good.csv --policy cpu>7", /compared with "7"; it must be a percentage/],
    ["--trace good.csv --engine des", /it must be fluid or requests/],
    ["--trace good.csv --boot soon", /--boot is "soon"; it must be a duration/],
    ["--trace good.csv --crash often", /--crash is "often"; it must be a duration/],
    ["--trace good.csv --crash 0s", /--crash is "0s"; it must be a duration .*at least 1000ms/],
    ["--trace good.csv --slo 30ms", /--slo is "30ms"; it must be longer than 60ms/],
    ["--trace good.csv --min 9 --max 3", /--min is "9"; it must be no more than --max, 3/],
    ["--trace good.csv --loss 200%", /--loss is "200%"; it must be a percentage/],
    ["--trace good.csv --interval 1500ms", /--interval is "1500ms"; it must be whole seconds/],
    ["--trace good.csv --delay 400ms", /--delay is "400ms"; it must be whole seconds/],
    ["--trace good.csv --deploy-at 1500ms", /--deploy-at is "1500ms"; it must be whole seconds/],
    ["--trace good.csv --deploy-at 2m", /--deploy-at has 2m, and the trace lasts 1m1s/],
    ["--trace good.csv --workers --policy cpu>70%", /a worker has no cpu: its rules are about queue, age/],
    ["--trace good.csv --balance p2c", /--balance would change nothing here: it is for --engine requests/],
    ["--trace good.csv --variation 0.5", /--variation would change nothing here: it is for --engine requests/],
    ["--trace good.csv --engine requests --retry 10%", /--retry would change nothing here: it is for the fluid engine/],
    ["--trace good.csv --workers --ceiling 3", /--ceiling would change nothing here: it is for web instances/],
    [
      "--trace good.csv --workers --engine requests",
      /--engine requests is for web instances; for workers there is jobs/,
    ],
    ["--trace good.csv --engine jobs", /--engine jobs is for workers/],
    ["--trace good.csv --policy cpu>50%,hpa", /--policy takes names or rules, not both: hpa is a name/],
    ["--trace good.csv --html .", /could not be written: it is a directory/],
    ["--trace good.csv --html no/plot.html", /plot\.html could not be written/],
  ];
  for (const [words, expected] of refused) {
    const { code, stderr } = await run(["simulate", ...words.split(" ").filter((word) => word !== "")], {
      cwd: home.path,
    });
    assert.equal(code, words.includes("--html") ? 3 : 2, `${words}: ${stderr}`);
    assert.match(stderr, expected, words);
  }
});
