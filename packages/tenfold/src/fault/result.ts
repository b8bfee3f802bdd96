/** One thing wrong in parsed input: where (`web.instances.max`), what was found, what would be right. */
export interface Problem {
  readonly path: string;
  readonly message: string;
}

/** What a parser returns: the value, or every problem at once. */
export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly Problem[] };

export function ok<T>(value: T): Result<T> {
  return { ok: true, value };
}

export function problems<T>(list: readonly Problem[]): Result<T> {
  return { ok: false, problems: list };
}
