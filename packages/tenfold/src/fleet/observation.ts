import type {
  DatabaseFigures,
  MachineFigures,
  PoolerFigures,
  QueueFigures,
  RedisFigures,
  WebFigures,
} from "./figures.ts";
import type { Latency } from "./latency.ts";
import type { MemberName } from "./member.ts";

/** What members used at a moment, in columns: an hour of two hundred members must fit into a few megabytes. */
export interface MemberColumns {
  readonly names: readonly MemberName[];
  /** Of one core, in percent; NaN where it is not known yet. */
  readonly cpu: Float32Array;
  readonly memory: Float64Array;
  readonly restarts: Uint32Array;
}

/** A fleet at a moment. Parts that did not answer are `null`, or not there. */
export interface Observation {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly members: MemberColumns;
  /** Absent before it was looked at twice. */
  readonly machine?: MachineFigures;
  readonly web: WebFigures | null;
  /** How long answers took, up to this moment; also `null` when there were too few to say. */
  readonly latency: Latency | null;
  readonly database: DatabaseFigures | null;
  readonly pooler: PoolerFigures | null;
  readonly redis: ReadonlyMap<MemberName, RedisFigures>;
  /** By the worker's name in the file. */
  readonly queues: ReadonlyMap<string, QueueFigures>;
  /** Why a queue could not be read, by the worker's name. */
  readonly unread: ReadonlyMap<string, string>;
}

/** How much a counter has grown. One that fell has started anew, so all of it is new. */
export function growth(before: number, now: number): number {
  return now >= before ? now - before : now;
}

/** The figures of one member; `null` when it was not seen. */
export function memberAt(
  { members }: Observation,
  name: MemberName,
): { readonly cpu: number | null; readonly memory: number; readonly restarts: number } | null {
  const at = members.names.indexOf(name);
  if (at < 0) return null;
  const cpu = members.cpu[at] ?? Number.NaN;
  return {
    cpu: Number.isNaN(cpu) ? null : cpu,
    memory: members.memory[at] ?? 0,
    restarts: members.restarts[at] ?? 0,
  };
}
