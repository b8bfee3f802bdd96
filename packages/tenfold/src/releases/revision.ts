import { execFile, spawn } from "node:child_process";
import { mkdir, rm } from "node:fs/promises";
import { promisify } from "node:util";
import { Fault } from "../fault/fault.ts";
import { systemCode } from "../fault/system.ts";

const execute = promisify(execFile);

async function git(directory: string, args: readonly string[]): Promise<string> {
  try {
    const { stdout } = await execute("git", ["-C", directory, ...args]);
    return stdout.trim();
  } catch (error) {
    if (systemCode(error) === "ENOENT")
      throw new Fault("TF_MISSING_PROGRAM", "git is not installed", {
        hint: "install it (apt-get install git), or deploy the directory as it is",
      });
    throw error;
  }
}

/** The full name of a commit that a word means. Fault: TF_ARGUMENT. */
export async function resolveRevision(directory: string, revision: string): Promise<string> {
  try {
    return await git(directory, ["rev-parse", "--verify", "--quiet", "--end-of-options", `${revision}^{commit}`]);
  } catch (error) {
    if (error instanceof Fault) throw error;
    throw new Fault("TF_ARGUMENT", `${JSON.stringify(revision)} is no revision of the git repository of ${directory}`, {
      hint: "name a commit, a branch or a tag: git log shows them",
    });
  }
}

/** Puts the files of a commit below the project's directory into an empty directory. Faults: TF_RELEASE_CODE. */
export async function extractRevision(directory: string, commit: string, target: string): Promise<void> {
  const prefix = await git(directory, ["rev-parse", "--show-prefix"]);
  await rm(target, { recursive: true, force: true });
  await mkdir(target, { recursive: true });
  const archive = spawn(
    "git",
    ["-C", directory, "archive", "--format=tar", prefix === "" ? commit : `${commit}:${prefix}`],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  const unpack = spawn("tar", ["--extract", "--directory", target], { stdio: ["pipe", "ignore", "pipe"] });
  archive.stdout.pipe(unpack.stdin);
  unpack.stdin.on("error", () => {});
  let said = "";
  for (const stream of [archive.stderr, unpack.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-4096);
    });
  }
  const codes = await Promise.all(
    [archive, unpack].map((child) => new Promise<number | null>((resolve) => child.once("close", resolve))),
  );
  if (codes.every((code) => code === 0)) return;
  throw new Fault("TF_RELEASE_CODE", `the files of ${commit.slice(0, 12)} could not be taken from git`, {
    lines: said.split("\n").slice(-10),
  });
}
