import type { Finding } from "../../spec/path.ts";
import type { Plain } from "../../spec/plain.ts";

/** What was thrown, as far as it travels between processes. */
export interface Thrown {
  readonly name: string;
  readonly message: string;
  readonly code: string | null;
  readonly stack: string;
}

/** What the process that runs the user's file says to the one that started it. */
export type Answer =
  | { readonly kind: "value"; readonly value: Plain; readonly findings: readonly Finding[] }
  | { readonly kind: "no-default"; readonly names: readonly string[] }
  /** Nothing is left to happen, and there is no fleet. */
  | { readonly kind: "unsettled" }
  | { readonly kind: "threw"; readonly thrown: Thrown };
