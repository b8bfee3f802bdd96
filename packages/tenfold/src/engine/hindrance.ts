/** What a change that is decided waits for. */
export interface Hindrance {
  /** The operation's name: `deploy`, `restart`, ... */
  readonly operation: string;
  /** When it began, milliseconds since 1970; `null` where that is not known. */
  readonly since: number | null;
}

/** `waits for deploy, under way since 12:00:03Z`. */
export function tellHindrance({ operation, since }: Hindrance): string {
  const began = since === null ? "" : `, under way since ${new Date(since).toISOString().slice(11, 19)}Z`;
  return `waits for ${operation}${began}`;
}
