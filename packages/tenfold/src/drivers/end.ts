/** How a process ended. Both are `null` when it was not a child of this engine, so that nobody could tell. */
export interface End {
  readonly code: number | null;
  readonly signal: string | null;
}

/** `exited with code 1`, `was killed by SIGKILL`. */
export function describeEnd({ code, signal }: End): string {
  if (signal !== null) return `was killed by ${signal}`;
  return code === null ? "ended" : `exited with code ${code}`;
}
