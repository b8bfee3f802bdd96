/** Where a command writes: results to standard output, everything else to standard error. */
export interface Terminal {
  readonly isInteractive: boolean;
  readonly hasColour: boolean;
  readonly columns: number;
  out(text: string): void;
  err(text: string): void;
}

/** The process's own. Colour only on a terminal, unless NO_COLOR or FORCE_COLOR say otherwise. */
export function processTerminal(): Terminal {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  const isTerminal = process.stdout.isTTY === true;
  const forced = FORCE_COLOR !== undefined && FORCE_COLOR !== "0";
  return {
    isInteractive: isTerminal && process.stderr.isTTY === true && TERM !== "dumb",
    hasColour: forced || (isTerminal && (NO_COLOR === undefined || NO_COLOR === "") && TERM !== "dumb"),
    columns: process.stdout.columns ?? 100,
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
  };
}
