/** What a thread is asked: one task, many of one name, or whether it is ready. */
export type Ask =
  | { readonly kind: "one"; readonly name: string; readonly input: unknown }
  | { readonly kind: "many"; readonly name: string; readonly inputs: Packed }
  | { readonly kind: "ready" };

/** Values as they travel: numbers alone are copied fifty times faster in this form. */
export type Packed = readonly unknown[] | Float64Array;

export function pack(values: readonly unknown[]): Packed {
  for (const value of values) if (typeof value !== "number") return values;
  return Float64Array.from(values as readonly number[]);
}

/** An error as it travels: cloning keeps message, stack and cause, but no field of its own and no class. */
export interface Thrown {
  readonly error: unknown;
  readonly fields: Readonly<Record<string, unknown>>;
}

export type Answer =
  | { readonly kind: "value"; readonly value: unknown }
  | { readonly kind: "thrown"; readonly thrown: Thrown }
  /** `milliseconds` is what the whole chunk took; `thrown` holds those that failed, by their place in it. */
  | {
      readonly kind: "values";
      readonly values: Packed;
      readonly thrown: readonly (readonly [place: number, thrown: Thrown])[];
      readonly milliseconds: number;
    }
  /** The module cannot be loaded, or exports no such task. */
  | { readonly kind: "unusable"; readonly message: string };

export function throwable(error: unknown): Thrown {
  if (!(error instanceof Error)) return { error, fields: {} };
  const fields: Record<string, unknown> = error.name === "Error" ? {} : { name: error.name };
  for (const [key, value] of Object.entries(error)) if (isPlain(value)) fields[key] = value;
  return { error, fields };
}

function isPlain(value: unknown): boolean {
  return value === null || ["string", "number", "boolean", "bigint"].includes(typeof value);
}

/** The inverse of `throwable`, at the other end. */
export function restored({ error, fields }: Thrown): unknown {
  for (const [key, value] of Object.entries(fields)) {
    Object.defineProperty(error, key, { value, enumerable: key !== "name", configurable: true, writable: true });
  }
  return error;
}
