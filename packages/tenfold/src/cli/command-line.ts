import { EXIT_CODES } from "../fault/catalogue.ts";
import { Fault } from "../fault/fault.ts";
import { systemFault } from "../fault/system.ts";
import { COMMANDS } from "./commands/index.ts";
import { type ProcessInterrupts, processInterrupts } from "./interrupts.ts";
import { faultJson, formatBug, formatFault } from "./output/fault-text.ts";
import { painter } from "./output/style.ts";
import { processTerminal } from "./output/terminal.ts";
import { CommanderError, createProgram, type Invocation, typingFault } from "./program.ts";
import { createContext } from "./wire.ts";

/** How writing fails when a pipe has no reader, or a terminal is closed. */
const READER_GONE: readonly string[] = ["EPIPE", "EIO"];

/** Fault: TF_ARGUMENT when it was deleted. */
function currentDirectory(): string {
  try {
    return process.cwd();
  } catch {
    throw new Fault("TF_ARGUMENT", "the current directory does not exist any more", {
      hint: "go to one that does: cd",
    });
  }
}

/** Parses what was typed. `null` when help or the version was shown. Fault: TF_ARGUMENT. */
function parse(argv: readonly string[]): Invocation | null {
  let invocation: Invocation | null = null;
  const program = createProgram(COMMANDS, currentDirectory(), (found) => {
    invocation = found;
  });
  try {
    program.parse(argv.length > 2 ? [...argv] : [...argv, "--help"]);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    const fault = typingFault(error, COMMANDS);
    if (fault !== null) throw fault;
  }
  return invocation;
}

/**
 * `tenfold logs | head` ends the reader first, which is no failure, and a terminal may be closed; a disk may be full, which
 * is one. A command is then interrupted as by Ctrl-C and not ended, so that whatever it has to put back is put back.
 */
function watchOutputs(interrupts: ProcessInterrupts, tell: (error: unknown) => void): void {
  let isTold = false;
  const onError = (error: NodeJS.ErrnoException): void => {
    if (!READER_GONE.includes(error.code ?? "") && !isTold) {
      isTold = true;
      // It may be known after the command has ended, or before.
      process.once("exit", () => {
        process.exitCode = EXIT_CODES.failed;
      });
      const fault = systemFault(error, "the output");
      const hint = "free some space (df -h shows where), or write to somewhere else";
      tell(fault instanceof Fault ? new Fault(fault.code, fault.message, { hint }) : fault);
    }
    interrupts.hangUp();
  };
  process.stdout.on("error", onError);
  process.stderr.on("error", onError);
}

/** Runs what was typed and gives the exit code. Whatever fails is told here, once. */
export async function runCommandLine(argv: readonly string[]): Promise<number> {
  const terminal = processTerminal();
  const paint = painter(terminal.hasColour);
  const interrupts = processInterrupts();
  watchOutputs(interrupts, (error) =>
    terminal.err(error instanceof Fault ? formatFault(error, paint) : formatBug(error, paint)),
  );
  let json = argv.includes("--json");
  try {
    const invocation = parse(argv);
    if (invocation === null) return EXIT_CODES.done;
    json = invocation.options.json;
    const context = createContext(invocation.options, { terminal, paint, interrupts });
    return await invocation.command.run(context, invocation.input);
  } catch (error) {
    if (json) terminal.out(faultJson(error));
    if (error instanceof Fault) {
      if (!json) terminal.err(formatFault(error, paint));
      return error.exit;
    }
    terminal.err(formatBug(error, paint));
    return EXIT_CODES.failed;
  }
}
