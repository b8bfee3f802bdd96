export interface BackupReport {
  readonly backup: string;
  /** ISO 8601. */
  readonly startedAt: string;
  /** From this moment on every moment can be restored, where the log is kept. */
  readonly finishedAt: string;
  /** `postgres`, `redis`, `storage`. */
  readonly parts: readonly string[];
  /** As it is kept, and as it was before compression. */
  readonly sizeBytes: number;
  readonly plainBytes: number;
  readonly release: number;
  /** Its major version; null without PostgreSQL. */
  readonly postgres: number | null;
  /** When it was last tried by restoring it, and what it then had; null for never. */
  readonly verified: { readonly at: string; readonly tables: number; readonly rows: number } | null;
}

/** `backup --list --json`, the newest first. */
export interface BackupsReport {
  readonly version: 1;
  readonly fleet: string;
  readonly place: string;
  /** The latest moment of which the log is kept; null when none is. */
  readonly logUntil: string | null;
  /** Why the last backup that was due was not made. */
  readonly failure: string | null;
  /** When the next one is due; null when nobody has set a schedule. */
  readonly nextAt: string | null;
  readonly backups: readonly BackupReport[];
}
