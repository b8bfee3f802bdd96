import type { Context, Part } from "../context/index.ts";

/** The parts by the names under which an application finds them. A part adds a line here, to the next two, and to a runtime's options. */
// biome-ignore lint/suspicious/noEmptyInterface: parts add themselves
export interface Parts {}

/** What a part may be told. */
// biome-ignore lint/suspicious/noEmptyInterface: parts add themselves
export interface PartOptions {}

/** Makes a part. Does not wait, and connects to nothing. */
export type Open<Made extends Part, Options> = (context: Context, options: Options) => Made;

type Loaders = {
  readonly [Name in keyof Parts]-?: () => Promise<Open<Parts[Name], NonNullable<PartOptions[Name]>>>;
};

/**
 * In the order in which they are closed: who uses others comes before them. Modules of parts import their peers only when
 * they need them (`loadPeer`), so that an application needs no package for what it does not use.
 */
export const LOADERS: Loaders = {};
