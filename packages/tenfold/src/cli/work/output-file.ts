import { constants } from "node:fs";
import { access, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { Fault } from "../../fault/fault.ts";
import { systemCode, systemFault } from "../../fault/system.ts";

/** A refusal to write a file that a user named; anything else is given back as it is. */
function outputFault(error: unknown, path: string): unknown {
  const why: Readonly<Record<string, string>> = {
    ENOENT: "its directory does not exist",
    ENOTDIR: "its directory is a file",
    EISDIR: "it is a directory",
  };
  const code = systemCode(error) ?? "";
  const known = Object.hasOwn(why, code) ? why[code] : undefined;
  if (known === undefined) return systemFault(error, path);
  return new Fault("TF_NOT_WRITABLE", `${path} could not be written: ${known}`, {
    hint: "name a file in a directory that exists",
  });
}

function isMissing(error: unknown): null {
  if (systemCode(error) === "ENOENT") return null;
  throw error;
}

/** Whether a file that a user named can be written, before what is to be in it is worked for. Fault: TF_NOT_WRITABLE. */
export async function checkOutput(path: string): Promise<void> {
  try {
    const there = await stat(path).catch(isMissing);
    if (there?.isDirectory() === true) throw Object.assign(new Error(path), { code: "EISDIR" });
    await access(there === null ? dirname(path) : path, constants.W_OK);
  } catch (error) {
    throw outputFault(error, path);
  }
}

/** Writes a file that a user named. Faults: TF_NOT_WRITABLE, TF_DISK_FULL. */
export async function writeOutput(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text);
  } catch (error) {
    throw outputFault(error, path);
  }
}
