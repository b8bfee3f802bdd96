import { Fault } from "../fault/fault.ts";
import { systemCode } from "../fault/system.ts";

/** What was met instead of the project's directory. */
export function noDirectory(directory: string, thrown: unknown): Fault {
  const code = systemCode(thrown);
  const reason = code === "ENOTDIR" ? "is a file" : code === "ENOENT" ? "does not exist" : "cannot be read";
  return new Fault("TF_ARGUMENT", `the project's directory ${directory} ${reason}`, {
    hint: "-C names the directory; without it, the current one is used",
  });
}
