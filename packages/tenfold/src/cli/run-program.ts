import { spawn } from "node:child_process";
import { constants } from "node:os";
import { Fault } from "../fault/fault.ts";
import { systemCode } from "../fault/system.ts";

/** Runs a program on this terminal and gives its exit code; 128 + the signal's number when one ended it. Fault: TF_MISSING_PROGRAM. */
export function runProgram(
  words: readonly string[],
  options: { readonly directory: string; readonly environment: Readonly<Record<string, string | undefined>> },
): Promise<number> {
  const [program = "", ...args] = words;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: options.directory, env: { ...options.environment }, stdio: "inherit" });
    // The terminal sends Ctrl-C to the program as well; it decides what that means.
    const ignore = (): void => {};
    process.on("SIGINT", ignore);
    child.once("error", (error) => {
      process.off("SIGINT", ignore);
      const missing = systemCode(error) === "ENOENT";
      reject(
        missing
          ? new Fault("TF_MISSING_PROGRAM", `${program} is not installed, or not in PATH`, {
              hint: "tenfold doctor shows what the fleet itself needs",
            })
          : error,
      );
    });
    child.once("exit", (code, signal) => {
      process.off("SIGINT", ignore);
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}
