import { z } from "zod";
import { type Millis, millis, parseDuration } from "../../units/millis.ts";
import { refuse, withTraits } from "../traits.ts";

/** No more than Prometheus' own arithmetic bears. */
const TEN_YEARS = 10 * 365 * 24 * 3_600_000;

function spanFrom(least: number, expects: string): z.ZodType<Millis, string | number> {
  return withTraits(
    z.union([z.string(), z.number()]).transform((value, context) => {
      const parsed = parseDuration(value);
      if (parsed !== undefined && parsed >= least && parsed <= TEN_YEARS)
        return millis(Math.ceil(parsed / 1000) * 1000);
      return refuse(context, value);
    }),
    { expects },
  );
}

/** Whole seconds, also none. */
export const positiveOrZero: z.ZodType<Millis, string | number> = spanFrom(0, "a duration such as 0s, 30s or 5m");

/** At least a second. */
export const span: z.ZodType<Millis, string | number> = spanFrom(1000, "a duration such as 15s, 4h or 30d");
