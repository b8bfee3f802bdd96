import { z } from "zod";

/** What a schema cannot say by itself: how people call what it accepts, and how its text is treated. */
export interface Traits {
  /** Finishes the sentence "it must be ...". */
  readonly expects?: string;
  /** `template`: keeps its `${VARIABLE}` references. `command`: belongs to the shell. Otherwise references are resolved. */
  readonly text?: "template" | "command";
  /** Accepts text and numbers alike and makes text of them, so that `1.10` and `007` must arrive as they were written. */
  readonly verbatim?: boolean;
  /** May hold a password: no message shows it. */
  readonly secret?: boolean;
  /** How people call a map of this form where another form is possible too: `a managed one`. */
  readonly form?: string;
}

export const traits: z.core.$ZodRegistry<Traits> = z.registry<Traits>();

/** Refuses a value of which the traits of its schema say all: what it must be. An issue with words of its own is told as it is. */
export function refuse(context: z.RefinementCtx, input: unknown): never {
  context.addIssue({ code: "custom", params: { inTraits: true }, input });
  return z.NEVER;
}

/** Gives a schema its traits. Schemas derived from it (`describe`, `optional`, ...) keep them. */
export function withTraits<T extends z.ZodType>(schema: T, own: Traits): T {
  traits.add(schema, own);
  return schema;
}
