import type { AppProcess } from "../spec/process.ts";
import type { Command } from "../spec/scalars.ts";
import type { Spec } from "../spec/spec.ts";

/** What of the file belongs to the application: a change in it is a new release. */
export interface Application {
  readonly web: AppProcess;
  readonly workers: Readonly<Record<string, AppProcess>>;
  readonly scheduler: AppProcess | null;
  /** Runs once, before the release takes traffic. */
  readonly release: Command | false;
  readonly env: Readonly<Record<string, string>>;
}

/** One version of the application. */
export interface Release {
  /** From 1. */
  readonly number: number;
  /** Absolute: where its commands run, before each command's own `directory`. */
  readonly directory: string;
  /** Fingerprint of all that makes it this version, the values of its variables included. */
  readonly hash: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** Whether its release command has succeeded, or there is none. */
  readonly released: boolean;
  readonly application: Application;
}

function processOf(value: AppProcess): AppProcess {
  const { command, directory, grace, memory, cpu, env } = value;
  return { command, directory, grace, memory, cpu, env };
}

export function applicationOf(spec: Spec): Application {
  return {
    web: processOf(spec.web),
    workers: Object.fromEntries(Object.entries(spec.workers).map(([name, worker]) => [name, processOf(worker)])),
    scheduler: spec.scheduler === false ? null : processOf(spec.scheduler),
    release: spec.release,
    env: spec.env,
  };
}

/** JSON with sorted keys: equal values give equal texts. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    inner !== null && typeof inner === "object" && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
