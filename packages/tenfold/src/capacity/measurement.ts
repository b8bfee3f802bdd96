import { z } from "zod";
import { diagnose } from "../spec/diagnose.ts";
import type { Finding } from "../spec/path.ts";
import { isMap, type Plain, type PlainMap } from "../spec/plain.ts";
import { withTraits } from "../spec/traits.ts";
import type { Limit } from "./search/search.ts";
import type { Answer, Prediction } from "./usl/answer.ts";
import type { Interval } from "./usl/bootstrap.ts";
import type { Fit } from "./usl/fit.ts";
import type { Measured } from "./usl/model.ts";

/** Cores that were busy while the highest rate was held; `null` where it cannot be read. */
export interface Busy {
  readonly web: number | null;
  readonly balancer: number | null;
  readonly data: number | null;
  readonly generator: number;
  /** All of the machine, whoever it was for. */
  readonly machine: number;
}

/** One search: the highest rate that kept to the limits for a long run. */
export interface Knee extends Measured {
  readonly limit: Limit;
  /** What the rate above it missed. */
  readonly why: string;
  /** Milliseconds. */
  readonly p95: number;
  readonly busy: Busy;
}

/** A prediction that a size that took no part in it was held against. */
export interface HeldOut {
  readonly predicted: Prediction;
  readonly measured: Knee;
  /** (predicted − measured) / measured. */
  readonly error: number;
}

/** What was asked: a rate, and the instances for it. */
export interface Asked {
  readonly users: number | null;
  readonly rate: number;
  readonly answer: Answer<Prediction>;
}

/** `tenfold plan --measure --json`. */
export interface Measurement {
  readonly version: 1;
  readonly url: string;
  /** Milliseconds. */
  readonly p95: number;
  readonly quick: boolean;
  readonly cores: number;
  readonly knees: readonly Knee[];
  /** How many people each of `knees` would do for, by what was said of them. */
  readonly users: readonly { readonly instances: number; readonly users: number }[];
  /** Of `knees` and of what the check measured, as all that follows. The best first. */
  readonly fits: readonly Fit[];
  readonly intervals: Readonly<Record<"gamma" | "alpha" | "beta" | "delta", Interval>>;
  /** The number beyond which more instances are slower; `null`: none is known. */
  readonly peak: number | null;
  readonly predictions: readonly Answer<Prediction>[];
  readonly heldOut: HeldOut | null;
  readonly asked: Asked | null;
  /** Seconds of a core that a request costs the instances; `null` where it cannot be read. */
  readonly webTime: number | null;
  /** What weakens the figures, a sentence each. */
  readonly notes: readonly string[];
}

const knee = z.object({
  instances: withTraits(z.number().int().min(1).max(1_000), { expects: "a number of instances" }),
  rate: withTraits(z.number().positive().max(1e9), { expects: "requests a second" }),
});

const file = z.object({
  version: withTraits(z.literal(1), { expects: "1" }),
  p95: withTraits(z.number().positive(), { expects: "milliseconds" }),
  knees: withTraits(z.array(knee).min(1).max(1_000), { expects: "a list of what was measured" }),
});

/** What a plan needs of an earlier measurement. */
export interface Earlier {
  readonly p95: number;
  readonly measured: readonly Measured[];
}

export type ParsedMeasurement =
  | { readonly ok: true; readonly value: Earlier }
  | { readonly ok: false; readonly findings: readonly Finding[] };

/** What the check of a prediction measured. Older files have none. */
function checkedIn({ heldOut }: PlainMap): Measured[] {
  const checked = isMap(heldOut) && isMap(heldOut.measured) ? heldOut.measured : {};
  const parsed = knee.safeParse({ instances: checked.instances, rate: checked.rate });
  return parsed.success ? [parsed.data] : [];
}

/** Reads what `tenfold plan --measure --json` wrote; fields that it does not need are not looked at. */
export function parseMeasurement(plain: Plain): ParsedMeasurement {
  if (!isMap(plain)) {
    const message = "must be what tenfold plan --measure --json writes";
    return { ok: false, findings: [{ path: [], message }] };
  }
  const known = Object.fromEntries(Object.entries(plain).filter(([key]) => key in file.shape));
  const parsed = file.safeParse(known);
  if (parsed.success) {
    const { p95, knees: searched } = parsed.data;
    return { ok: true, value: { p95, measured: [...searched, ...checkedIn(plain)] } };
  }
  const { knees } = known;
  const pruned = Array.isArray(knees)
    ? knees.map((one: Plain) => (isMap(one) ? { instances: one.instances ?? null, rate: one.rate ?? null } : one))
    : (knees ?? null);
  const findings = diagnose(
    { ...known, knees: pruned },
    { schema: file, root: file, path: [], origin: () => undefined },
  );
  return { ok: false, findings };
}
