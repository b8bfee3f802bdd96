import { z } from "zod";
import { withTraits } from "./traits.ts";

export const fleetName: z.ZodType<string, string> = withTraits(z.string().regex(/^[a-z][a-z0-9-]{0,39}$/), {
  expects: "lower-case letters, digits and dashes, start with a letter, and be at most 40 long",
});
