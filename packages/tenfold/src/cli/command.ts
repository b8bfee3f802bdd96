import type { Context } from "./context.ts";

/** An option of a command, in the form that the help shows: `-n, --lines <count>`. */
export interface OptionDefinition {
  readonly flags: string;
  readonly description: string;
  /** Whether it can be given several times. */
  readonly repeats?: true;
}

/** What was typed: positional words, and options by their long name. */
export interface Input {
  readonly words: readonly string[];
  text(option: string): string | null;
  has(option: string): boolean;
  /** All values of an option that repeats, in their order. */
  all(option: string): readonly string[];
}

/** A command, as data: the parser, the help and docs/reference/commands.md are all made from it. */
export interface CommandDefinition {
  readonly name: string;
  /** `[members...]`, `<changes...>` */
  readonly usage: string;
  /** How the usage is shown, where the parser alone cannot tell one word from another. */
  readonly written?: string;
  readonly summary: string;
  readonly description?: string;
  readonly options: readonly OptionDefinition[];
  readonly examples: readonly { readonly run: string; readonly does: string }[];
  /**
   * Words belong to another program: `afterFirst`, from the first positional word on; `all`, whatever is not an option
   * of this command, which then has none of the common ones but `-C`.
   */
  readonly passThrough?: "afterFirst" | "all";
  /** Gives the exit code. */
  run(context: Context, input: Input): Promise<number>;
}
