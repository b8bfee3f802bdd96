import { z } from "zod";
import { type Bytes, mebibytes } from "../../units/bytes.ts";
import { size } from "../scalars.ts";

/** How much of each member's output is kept. */
export interface Logs {
  readonly maxSize: Bytes;
  readonly keep: number;
}

export const logs: z.ZodType<Logs> = z.strictObject({
  maxSize: size.default(mebibytes(10)).describe("A log file that grows beyond this is rotated."),
  keep: z.number().int().min(0).max(100).default(3).describe("Rotated files that are kept for each member."),
});
