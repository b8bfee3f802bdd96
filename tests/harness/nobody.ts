import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { ROOT } from "./program.ts";

/** Runs what follows as a user who owns nothing. Takes root. */
export const AS_NOBODY: readonly string[] = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"];

/** Why a test cannot run the repository's programs as nobody; `false` when it can. */
export function nobodyIsKeptOut(): string | false {
  if (process.getuid?.() !== 0) return "needs root, to become another user";
  const [program = "", ...words] = AS_NOBODY;
  const { status } = spawnSync(program, [...words, "test", "-r", join(ROOT, "package.json")]);
  return status === 0 ? false : "the repository is in a directory that other users cannot pass";
}
