import { Fault } from "./fault.ts";

/** The system's code of an error (`ENOENT`), if it has one. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

/** Turns the system's refusals to write that a user can mend into faults; gives anything else back as it is. */
export function systemFault(error: unknown, path: string): unknown {
  switch (systemCode(error)) {
    case "ENOSPC":
    case "EDQUOT":
      return new Fault("TF_DISK_FULL", `the disk is full: ${path} could not be written`, {
        hint: "free some space (df -h shows where), then run the same command again; nothing was lost",
      });
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return new Fault("TF_NOT_WRITABLE", `${path} could not be written: permission denied`, {
        hint: "run the command as the owner of the directory",
      });
    default:
      return error;
  }
}
