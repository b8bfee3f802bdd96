// Finds what a test file left behind: processes and files. Each test file has a directory of its own for temporary
// files and a mark in its environment. Servers overwrite their environment with their title, but not where they work.
import { readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { join } from "node:path";

/** Name of the variable that marks a test file's processes. */
export const MARK = "TENFOLD_TEST_FILE";

function read(path) {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}

function link(path) {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}

function isWithin(path, directory) {
  return path === directory || path.startsWith(`${directory}/`);
}

function descriptors(pid) {
  try {
    return readdirSync(`/proc/${pid}/fd`).map((fd) => link(`/proc/${pid}/fd/${fd}`));
  } catch {
    return [];
  }
}

function belongs(pid, directory) {
  const at = `/proc/${pid}`;
  if (read(`${at}/environ`).split("\0").includes(`${MARK}=${directory}`)) return true;
  if (isWithin(link(`${at}/cwd`), directory) || read(`${at}/cmdline`).includes(`${directory}/`)) return true;
  return descriptors(pid).some((path) => isWithin(path, directory));
}

/** A zombie has ended; that nobody has asked for its exit code yet is no leak of ours. */
function isZombie(pid) {
  return /^State:\s+Z/m.test(read(`/proc/${pid}/status`));
}

/** Processes that a test file left: `{ pid, command }`. Empty on systems without /proc. */
export function leftProcesses(directory) {
  let entries;
  try {
    entries = readdirSync("/proc");
  } catch {
    return [];
  }
  return entries
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => belongs(pid, directory) && !isZombie(pid))
    .map((pid) => {
      const command = read(`/proc/${pid}/cmdline`).replaceAll("\0", " ").trim() || read(`/proc/${pid}/comm`).trim();
      return { pid: Number(pid), command };
    });
}

/** Names in a test file's directory for temporary files. */
export function leftFiles(directory) {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

/** Kills what is left, and removes the directory. */
export function clean(directory, processes) {
  for (const { pid } of processes) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It has ended by itself.
    }
  }
  rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
}

const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** What a test file left behind, once its processes had a moment to end; sentences for people. Cleans up. */
export async function checkLeaks(directory, patience = 3_000) {
  const deadline = performance.now() + patience;
  let processes = leftProcesses(directory);
  while (processes.length > 0 && performance.now() < deadline) {
    await sleep(50);
    processes = leftProcesses(directory);
  }
  const files = leftFiles(directory);
  clean(directory, processes);
  return [
    ...processes.map(({ pid, command }) => `left a process: ${command.slice(0, 120)} (pid ${pid})`),
    ...files.map((name) => `left a file: ${join(directory, name)}`),
  ];
}
