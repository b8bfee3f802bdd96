import { type Log, logToStandardOutput } from "./log.ts";
import { parseSettings, type Settings, SettingsError } from "./settings.ts";

export interface Environment {
  readonly settings: Settings;
  readonly log: Log;
}

/** What this process was told. An environment that cannot be used ends it, with one line that names every problem. */
export function readEnvironment(): Environment {
  try {
    const settings = parseSettings(process.env, process.pid);
    return { settings, log: logToStandardOutput(settings.instanceId, settings.logLevel) };
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    fail(error.message);
  }
}

/** Says what is wrong, in one line, and exits 1. */
export function fail(message: string): never {
  process.stderr.write(`tutormax: ${message}\n`);
  process.exit(1);
}
