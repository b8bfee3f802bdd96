// Runs one test file in a process group of its own, with a limit in time, and looks at what it left behind.
import { spawn } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { checkLeaks, leftProcesses, MARK } from "./leaks.mjs";

const REPORTER = fileURLToPath(new URL("reporter.mjs", import.meta.url));

function killGroup(pid) {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended.
  }
}

function readOutcomes(path) {
  try {
    return readFileSync(path, "utf8")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line));
  } catch {
    return [];
  }
}

/** Names of tests that began and have no outcome. */
function unfinished(lines) {
  const open = [];
  for (const { outcome, name } of lines) {
    if (outcome === "begun") open.push(name);
    else open.splice(open.indexOf(name), 1);
  }
  return open;
}

/**
 * Runs a test file. `scratch` is a directory for this file alone. Resolves to its outcomes, its output, and problems
 * beside failed tests: sentences for people.
 */
export async function runFile(file, { root, node, env, scratch, limit, signal }) {
  const temporary = join(scratch, "t");
  mkdirSync(temporary, { recursive: true });
  // Tests start servers as other users, who need to pass.
  chmodSync(temporary, 0o1777);
  const outcomesFile = join(scratch, "outcomes");
  const argv = [
    "--conditions=source",
    "--test-reporter=spec",
    "--test-reporter-destination=stdout",
    `--test-reporter=${REPORTER}`,
    `--test-reporter-destination=${outcomesFile}`,
    file,
  ];
  const started = performance.now();
  const child = spawn(node, argv, {
    cwd: root,
    // Node would keep its cache among the temporary files, where it looks as if it had been left behind.
    env: { NODE_COMPILE_CACHE: join(tmpdir(), "node-compile-cache"), ...env, TMPDIR: temporary, [MARK]: temporary },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (output += text));
  const problems = [];
  let killed = false;
  const stop = (why) => {
    killed = true;
    problems.push(why);
    const left = leftProcesses(temporary);
    killGroup(child.pid);
    for (const { pid } of left) killGroup(pid);
  };
  const timer = setTimeout(() => stop(`hung: still running after ${limit / 1000} s, and was killed`), limit);
  const abort = () => stop("was stopped");
  signal.addEventListener("abort", abort, { once: true });
  const code = await new Promise((resolve) => {
    // Whoever a test left behind may hold the pipes open, so their end is waited for only so long.
    child.on("exit", (status) => setTimeout(resolve, 1_000, status));
    child.on("close", resolve);
    child.on("error", (error) => {
      problems.push(error.message);
      resolve(1);
    });
  });
  clearTimeout(timer);
  signal.removeEventListener("abort", abort);
  const leaks = await checkLeaks(temporary);
  const lines = readOutcomes(outcomesFile);
  const outcomes = lines.filter(({ outcome }) => outcome !== "begun");
  if (killed) {
    problems.push(...unfinished(lines).map((name) => `was in the middle of: ${name}`));
    output += outcomes.map(({ name, why }) => (why ? `\n${name}:\n${why}\n` : "")).join("");
  }
  if (code !== 0 && problems.length === 0 && !outcomes.some(({ outcome }) => outcome === "failed")) {
    problems.push(`ended with exit code ${code ?? "none"}`);
  }
  if (code === 0 && outcomes.length === 0) problems.push("holds no test");
  return { file, outcomes, output, problems: [...problems, ...leaks], duration: performance.now() - started };
}
