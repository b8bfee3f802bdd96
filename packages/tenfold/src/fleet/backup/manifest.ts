/** What a backup is made of. */
export type Part = "postgres" | "redis" | "storage";

export const PARTS: readonly Part[] = ["postgres", "redis", "storage"];

/** A file of a backup, as it was written. Sizes are in bytes; `size` and `sha256` are of the compressed file. */
export interface SavedFile {
  readonly part: Part;
  readonly name: string;
  readonly size: number;
  readonly sha256: string;
  readonly plainSize: number;
}

/** Where a copy of PostgreSQL's data begins and ends in the log. */
export interface SavedPostgres {
  readonly major: number;
  /** PostgreSQL's own name for this line of data; a decimal number. */
  readonly system: string;
  readonly timeline: number;
  /** Positions, as PostgreSQL writes them: `0/2000028`. */
  readonly start: string;
  readonly end: string;
}

/** A whole backup. It is written last: a backup without it is none. Holds no secret. */
export interface Manifest {
  /** When it was begun, in a form that sorts: `20261125T030000Z`. */
  readonly id: string;
  readonly fleet: string;
  readonly tenfold: string;
  readonly release: number;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** From this moment on the log can be played back over it. */
  readonly finishedAt: number;
  readonly files: readonly SavedFile[];
  readonly postgres: SavedPostgres | null;
}

/** `20261125T030000Z`. A second one within a second waits for the next. */
export function backupId(now: number): string {
  return new Date(now).toISOString().replace(/[-:]|\.\d+/g, "");
}

export function isBackupId(text: string): boolean {
  return /^\d{8}T\d{6}Z$/.test(text);
}

export function fileOf({ files }: Manifest, part: Part): SavedFile | undefined {
  return files.find((file) => file.part === part);
}

export function sizeOf({ files }: Manifest): number {
  return files.reduce((sum, { size }) => sum + size, 0);
}

/** Grows when an older Tenfold could misread what is written. */
export const MANIFEST_FORMAT = 1;
