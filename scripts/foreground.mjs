// Runs a command in the foreground on behalf of npm.
import { spawn } from "node:child_process";
import { constants } from "node:os";

/** A Ctrl-C reaches us twice, from the terminal and from npm; it is passed on once. */
const SAME = 500;

const FORWARDED = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGWINCH"];

/**
 * Runs a command in a session of its own, where signals of the terminal do not reach it, and passes each of ours on once.
 * A second Ctrl-C that a person gives passes. Resolves to the exit code, which is 0 when it ended because it was asked to,
 * and to whether it was asked.
 */
export function runForeground(argv, { cwd, env }) {
  const [program, ...rest] = argv;
  const child = spawn(program, rest, { cwd, env, stdio: "inherit", detached: true });
  const last = new Map();
  let asked = false;
  const forward = (signal) => {
    const now = performance.now();
    const before = last.get(signal);
    last.set(signal, now);
    if (before !== undefined && now - before < SAME) return;
    asked ||= signal !== "SIGWINCH";
    child.kill(signal);
  };
  for (const signal of FORWARDED) process.on(signal, forward);
  return new Promise((resolve) => {
    child.on("error", (error) => {
      console.error(`error: ${error.message}`);
      resolve({ code: 1, asked });
    });
    child.on("exit", (code, signal) => {
      for (const one of FORWARDED) process.removeListener(one, forward);
      const interrupted = signal === "SIGINT" || signal === "SIGTERM" || code === 130 || code === 143;
      const own = code ?? 128 + (constants.signals[signal] ?? 0);
      resolve({ code: asked && interrupted ? 0 : own, asked });
    });
  });
}
