import { z } from "zod";
import { type Bytes, bytes } from "../../units/bytes.ts";
import { sizeFrom } from "../scalars.ts";

/** How much of each member's output is kept. */
export interface Logs {
  readonly maxSize: Bytes;
  readonly keep: number;
}

export const logs: z.ZodType<Logs> = z
  .strictObject({
    maxSize: sizeFrom(bytes(64 * 1024))
      .prefault("10mb")
      .describe("A log file that grows beyond this is rotated."),
    keep: z.number().int().min(0).max(100).prefault(3).describe("Rotated files that are kept for each member."),
  })
  .meta({ id: "Logs" });
