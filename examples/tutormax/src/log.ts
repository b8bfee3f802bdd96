export type Level = "debug" | "info" | "warn" | "error";

const ORDER: readonly Level[] = ["debug", "info", "warn", "error"];

export type Fields = Readonly<Record<string, unknown>>;

/** Writes events, each as one line of JSON. */
export type Log = Readonly<Record<Level, (event: string, fields?: Fields) => void>>;

export function parseLevel(text: string): Level | undefined {
  return ORDER.find((level) => level === text);
}

/** Events below `least` are dropped. `write` gets whole lines. */
export function createLog(instance: string, least: Level, write: (line: string) => void): Log {
  const at = (level: Level) => {
    if (ORDER.indexOf(level) < ORDER.indexOf(least)) return () => {};
    return (event: string, fields: Fields = {}) => {
      write(`${JSON.stringify({ time: new Date().toISOString(), level, instance, event, ...fields })}\n`);
    };
  };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

/** To standard output. Whoever reads it may go away; that must not end the process. */
export function logToStandardOutput(instance: string, least: Level): Log {
  process.stdout.on("error", () => {});
  return createLog(instance, least, (line) => process.stdout.write(line));
}

/** What a log may say of an error. Other properties stay out: that of an invalid URL, for one, holds its password. */
export function errorFields(error: unknown): Fields {
  if (!(error instanceof Error)) return { error: String(error) };
  const code = "code" in error && typeof error.code === "string" ? { code: error.code } : {};
  return { error: error.message || error.name, ...code, stack: error.stack };
}

/** What an error says, in one line. Node leaves it empty when a name has several addresses and none answered. */
export function describeError(error: unknown): string {
  if (error instanceof AggregateError) return describeError(error.errors[0]);
  const message = error instanceof Error ? error.message || error.name : String(error);
  return message.replaceAll(/\s+/g, " ").slice(0, 200);
}
