import type { Space } from "./space.ts";

/** A group of members whose number moves by itself. */
export interface GroupSize {
  /** `web`, `worker.reports`. */
  readonly group: string;
  readonly members: number;
  readonly min: number;
  readonly max: number;
}

/** What is known of a fleet beside what its members do. */
export interface Standing {
  /** Of the disk that holds the data; `null` when it cannot be told. */
  readonly space: Space | null;
  readonly groups: readonly GroupSize[];
  /** `null` where nobody asked for backups. */
  readonly backups: {
    readonly failed: boolean;
    /** When the next is due, or was, milliseconds since 1970. */
    readonly due: number;
  } | null;
  /** What the queue of each worker is called. */
  readonly queueNames: ReadonlyMap<string, string>;
}
