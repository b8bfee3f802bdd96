import { Fault } from "../../fault/fault.ts";
import { harmless, type Paint } from "./style.ts";

/** `error`, what was found, the lines that show it, and the `hint`. */
export function formatFault(fault: Fault, paint: Paint): string {
  const lines = fault.lines.map((line) => `${paint("  |", "dim")} ${harmless(line)}\n`).join("");
  const hint = fault.hint === undefined ? "" : `${paint("hint:", "bold")} ${harmless(fault.hint)}\n`;
  return `${paint("error:", "red")} ${harmless(fault.message)} ${paint(`(${fault.code})`, "dim")}\n${lines}${hint}`;
}

/** Any other throw is a bug: its stack is what helps. */
export function formatBug(error: unknown, paint: Paint): string {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `${paint("bug:", "red")} Tenfold met a defect of its own. Please report it with these lines:\n${stack}\n`;
}

/** What `--json` prints instead of a result. */
export function faultJson(error: unknown): string {
  const data =
    error instanceof Fault ? error.toJSON() : { code: "TF_BUG", message: String(error), hint: null, lines: [] };
  return `${JSON.stringify({ version: 1, error: data })}\n`;
}
