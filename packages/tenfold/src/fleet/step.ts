import type { Part } from "./backup/manifest.ts";
import type { MemberName } from "./member.ts";

/** What copies data out of the fleet and into it. */
export type CopyStep =
  /** Copies a part of the data into a backup. */
  | { readonly kind: "save"; readonly part: Part; readonly backup: string }
  /** Makes a backup of what was saved. */
  | { readonly kind: "seal"; readonly backup: string }
  /** Restores a backup beside the fleet, compares, and throws the copy away. */
  | { readonly kind: "try"; readonly backup: string }
  /** Removes what nobody needs any more. */
  | { readonly kind: "prune"; readonly place: string }
  /** Notes in the log that it is whole until now. */
  | { readonly kind: "mark"; readonly part: Part }
  /** Gets a part of a backup, beside what the fleet has. */
  | { readonly kind: "fetch"; readonly part: Part }
  /** Plays the log back over what was fetched. */
  | { readonly kind: "recover"; readonly part: Part }
  /** Puts what was fetched in its place, and what was there beside. */
  | { readonly kind: "replace"; readonly part: Part }
  /** Undoes all that was put in its place. */
  | { readonly kind: "putBack"; readonly part: "all" }
  /** Loads a dump into a database beside the application's. */
  | { readonly kind: "load"; readonly path: string; readonly database: string | null; readonly replace: boolean }
  /** Gives the loaded database the name of the application's. */
  | { readonly kind: "exchange"; readonly path: string };

/** One thing to do. Data, so that it can be shown, journalled, executed and resumed. Every step is idempotent. */
export type Step =
  | CopyStep
  /** Makes the data directory: initdb, a clone of the primary, a former primary turned into a replica. */
  | { readonly kind: "prepare"; readonly member: MemberName }
  /** Makes a stopped server follow the primary again: by pg_rewind, or by a new copy. */
  | { readonly kind: "rejoin"; readonly member: MemberName; readonly how: "rewind" | "copy" }
  /** Writes its files and starts its process. */
  | { readonly kind: "start"; readonly member: MemberName }
  /** Waits until a probe of the thing itself passes. */
  | { readonly kind: "ready"; readonly member: MemberName }
  /** Roles, databases, views. */
  | { readonly kind: "setup"; readonly member: MemberName }
  /** Runs the release command. */
  | { readonly kind: "release"; readonly release: number }
  /** It gets requests: a web instance from the balancer, a replica from the pooler. */
  | { readonly kind: "attach"; readonly member: MemberName }
  /** It gets no new requests, and whoever sent them has confirmed that. */
  | { readonly kind: "detach"; readonly member: MemberName }
  /** Waits for what is in flight, no longer than the drain deadline. */
  | { readonly kind: "drain"; readonly member: MemberName }
  /** The signal, the grace period, SIGKILL. */
  | { readonly kind: "stop"; readonly member: MemberName }
  /** Forgets it, and the data of a replica that is no longer wanted. */
  | { readonly kind: "remove"; readonly member: MemberName }
  /** Rewrites its files and makes the running process take them. */
  | { readonly kind: "reload"; readonly member: MemberName }
  /** Puts a new process in the place of the running one, which gives it its connections where the program can do that. */
  | { readonly kind: "handOver"; readonly member: MemberName }
  /** Points the TCP fronts at the leaders. */
  | { readonly kind: "follow"; readonly member: MemberName }
  /** Writes out what would make a stop slow. */
  | { readonly kind: "checkpoint"; readonly member: MemberName }
  /** Clients of the pooler wait instead of failing. */
  | { readonly kind: "pause"; readonly member: MemberName }
  | { readonly kind: "resume"; readonly member: MemberName }
  /** Makes it the PostgreSQL primary, once it has all that the stopped `from` had. */
  | { readonly kind: "promote"; readonly member: MemberName; readonly from: MemberName | null }
  /** Makes it the Redis master, with writes held back until it has them all. */
  | { readonly kind: "switch"; readonly member: MemberName };

export type StepKind = Step["kind"];

/** A step, and the steps (by id) that must have succeeded before it. */
export interface PlannedStep {
  readonly id: string;
  readonly step: Step;
  readonly after: readonly string[];
  /** Where there are some, at least one of these must have succeeded too. */
  readonly any: readonly string[];
  /** Runs when those have ended, whether they succeeded or not: it leaves the fleet tidy. */
  readonly always: boolean;
}

const VERBS: Readonly<Record<StepKind, string>> = {
  prepare: "prepare",
  rejoin: "make a replica of",
  start: "start",
  ready: "wait for",
  setup: "set up",
  release: "run the release command of release",
  attach: "attach",
  detach: "detach",
  drain: "drain",
  stop: "stop",
  remove: "remove",
  reload: "reload",
  handOver: "hand over",
  follow: "point the fronts of",
  checkpoint: "checkpoint",
  pause: "pause",
  resume: "resume",
  promote: "promote",
  switch: "switch to",
  save: "save",
  seal: "complete backup",
  try: "try backup",
  prune: "remove what is not needed any more in",
  mark: "mark the log of",
  fetch: "fetch",
  recover: "play the log back over",
  replace: "put in place",
  putBack: "put back",
  load: "load",
  exchange: "put in place",
};

/** What a step is done to. */
export function subjectOf(step: Step): string {
  switch (step.kind) {
    case "release":
      return `${step.release}`;
    case "save":
    case "mark":
    case "fetch":
    case "recover":
    case "replace":
    case "putBack":
      return step.part;
    case "seal":
    case "try":
      return step.backup;
    case "prune":
      return step.place;
    case "load":
    case "exchange":
      return step.path;
    default:
      return step.member;
  }
}

/** `drain web-2`: for people. */
export function describeStep(step: Step): string {
  return `${VERBS[step.kind]} ${subjectOf(step)}`;
}
