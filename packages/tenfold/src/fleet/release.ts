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

/** Where the code of a release is from. `in-place`: it runs in the project's directory, as `up` does. */
export type ReleaseSource =
  | { readonly kind: "in-place" }
  | { readonly kind: "copy" }
  | { readonly kind: "revision"; readonly revision: string };

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
  readonly source: ReleaseSource;
  /** Which one served when it was made: where a rollback goes. `null`: none. */
  readonly replaces: number | null;
  /** Why it was never fully rolled out; `null` when it was, or is under way. */
  readonly failure: string | null;
}

/** Which release served when the current one was made; `null`: none, or it is not known any more. */
export function replacedBy(releases: readonly Release[], current: number): number | null {
  return releases.find(({ number }) => number === current)?.replaces ?? null;
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

/** What of the file comes with the application: that of a release stands in for what the file says now. */
export function withApplication(spec: Spec, { web, workers, scheduler, release, env }: Application): Spec {
  const known = Object.entries(spec.workers).map(([name, worker]) => [name, { ...worker, ...workers[name] }] as const);
  return {
    ...spec,
    web: { ...spec.web, ...web },
    workers: Object.fromEntries(known),
    scheduler: scheduler ?? false,
    release,
    env,
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
