// Runs test files and tells about them.
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { findTests } from "./find.mjs";
import { runFile } from "./run-file.mjs";

function seconds(milliseconds) {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

function count(results, outcome) {
  return results.reduce((sum, { outcomes }) => sum + outcomes.filter((one) => one.outcome === outcome).length, 0);
}

function isBad({ outcomes, problems }) {
  return problems.length > 0 || outcomes.some(({ outcome }) => outcome === "failed");
}

function tellFile(result, print) {
  const { file, outcomes, problems, duration, output } = result;
  print(`${isBad(result) ? "✖" : "✔"} ${file} (${outcomes.length} tests, ${seconds(duration)})`);
  if (!isBad(result)) return;
  for (const problem of problems) print(`  ${problem}`);
  for (const line of output.trimEnd().split("\n")) print(`  ${line}`);
}

/** Files and numbers of skipped tests by the reason that they give. */
function skippedByReason(results) {
  const reasons = new Map();
  for (const { file, outcomes } of results) {
    for (const { reason } of outcomes.filter(({ outcome }) => outcome === "skipped")) {
      const files = reasons.get(reason || "for no reason given") ?? new Map();
      reasons.set(reason || "for no reason given", files.set(file, (files.get(file) ?? 0) + 1));
    }
  }
  return reasons;
}

function tellSummary(results, duration, print) {
  const reasons = skippedByReason(results);
  for (const [reason, files] of reasons) {
    const total = [...files.values()].reduce((sum, one) => sum + one, 0);
    print(`skipped ${total}, ${reason}: ${[...files.keys()].join(", ")}`);
  }
  const slowest = results.toSorted((a, b) => b.duration - a.duration).slice(0, 5);
  if (results.length > 5) print(`slowest: ${slowest.map((one) => `${one.file} ${seconds(one.duration)}`).join(", ")}`);
  const bad = results.filter(isBad);
  for (const { file, problems, outcomes } of bad) {
    const failed = outcomes.filter(({ outcome }) => outcome === "failed").map(({ name }) => `failed: ${name}`);
    print(`✖ ${file}: ${[...problems, ...failed].join("; ")}`);
  }
  const totals = [
    `${count(results, "passed")} passed`,
    `${count(results, "failed")} failed`,
    `${count(results, "skipped")} skipped`,
  ];
  print(`${totals.join(", ")} in ${results.length} files and ${seconds(duration)}`);
}

/** Runs files, as many at once as asked for: tests of servers wait most of their time. */
async function runAll(files, width, run) {
  const results = [];
  const queue = [...files];
  const worker = async () => {
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) results.push(await run(file));
  };
  await Promise.all(Array.from({ length: Math.min(width, files.length) }, worker));
  return results;
}

/**
 * Runs the test files of a repository whose names hold one of the filters. Returns the exit code: 0 when all passed and
 * nothing was left behind, 1 when not, 2 when no file has such a name. `limits` in milliseconds: of a file, and in all.
 */
export async function runSuite({ root, node, env, filters, limits, print, signal }) {
  const { unit, whole } = findTests(root, filters);
  if (unit.length + whole.length === 0) {
    print(`error: no test file's name holds ${filters.join(" or ")}`);
    return 2;
  }
  // Short, since sockets below it have 107 bytes; open, since servers run as other users.
  const scratch = mkdtempSync("/tmp/tf-");
  chmodSync(scratch, 0o755);
  const controller = new AbortController();
  const stop = () => controller.abort();
  signal.addEventListener("abort", stop, { once: true });
  const timer = setTimeout(() => {
    print(`the total limit of ${limits.total / 60_000} minutes is reached`);
    stop();
  }, limits.total);
  const started = performance.now();
  let number = 0;
  const run = async (file) => {
    number += 1;
    const own = join(scratch, String(number));
    const skipped = { file, outcomes: [], output: "", problems: ["was not run"], duration: 0 };
    const options = { root, node, env, scratch: own, limit: limits.file, signal: controller.signal };
    const result = controller.signal.aborted ? skipped : await runFile(file, options);
    if (!controller.signal.aborted) tellFile(result, print);
    return result;
  };
  try {
    const results = await runAll(unit, availableParallelism() + 2, run);
    results.push(...(await runAll(whole, availableParallelism(), run)));
    print("");
    tellSummary(results, performance.now() - started, print);
    return results.some(isBad) ? 1 : 0;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
    rmSync(scratch, { recursive: true, force: true, maxRetries: 5 });
  }
}
