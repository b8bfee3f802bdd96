import { z } from "zod";
import { diagnose } from "../spec/diagnose.ts";
import type { Finding } from "../spec/path.ts";
import { isMap, type Plain, type PlainMap } from "../spec/plain.ts";
import { withTraits } from "../spec/traits.ts";
import type { Limit } from "./search/search.ts";
import type { Costs } from "./size/assumptions.ts";
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

/** How much higher the rate that failed was than the one that is told: a search ends there. */
export function precisionOf(quick: boolean): number {
  return quick ? 1.1 : 1.05;
}

/** What a search says of its size. */
export function measuredOf({ instances, rate, limit }: Pick<Knee, "instances" | "rate" | "limit">): Measured {
  return { instances, rate, ...(limit === "application" ? {} : { isLeast: true }) };
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
  /** Milliseconds that a request takes when nothing else is going on, the median; `null`: nothing was answered. */
  readonly alone: number | null;
  /** Seconds of a core that a request costs the instances; `null` where it cannot be read. */
  readonly webTime: number | null;
  /** Whether the application ended no search: then `fits` are lower bounds, and nothing is predicted by them. */
  readonly isLeast: boolean;
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
  /** Of its searches, 1.05 for 5 %. */
  readonly precision: number;
  readonly measured: readonly Measured[];
  /** Milliseconds of a request by itself; `null`: the file is from before that was kept. */
  readonly alone: number | null;
  readonly costs: Costs;
}

export type ParsedMeasurement =
  | { readonly ok: true; readonly value: Earlier }
  | { readonly ok: false; readonly findings: readonly Finding[] };

/** A search, as far as it counts. Older files say nothing of its limit. */
function searchIn(plain: Plain): Measured[] {
  const one = isMap(plain) ? plain : {};
  const parsed = knee.safeParse({ instances: one.instances, rate: one.rate });
  const limit = one.limit === "generator" || one.limit === "most" ? one.limit : "application";
  return parsed.success ? [measuredOf({ ...parsed.data, limit })] : [];
}

/** What was searched, and what the check of a prediction measured. */
function measuredIn({ knees, heldOut }: PlainMap): Measured[] {
  const checked = isMap(heldOut) ? searchIn(heldOut.measured ?? null) : [];
  return [...(Array.isArray(knees) ? knees : []).flatMap((one: Plain) => searchIn(one)), ...checked];
}

/** A number that counts for nothing where it is none. */
function numberIn(plain: Plain | undefined, least: number): number | null {
  return typeof plain === "number" && Number.isFinite(plain) && plain >= least ? plain : null;
}

/** What a request cost, by the first search: later ones may have had too little of the machine. */
function costsIn({ knees, webTime }: PlainMap): Costs {
  const [first] = Array.isArray(knees) ? knees : [];
  const { rate, busy } = isMap(first ?? null) ? (first as PlainMap) : {};
  const each = numberIn(rate, 1e-9);
  const cost = (who: "balancer" | "data"): number | null => {
    const cores = isMap(busy ?? null) ? numberIn((busy as PlainMap)[who], 0) : null;
    return cores === null || each === null ? null : cores / each;
  };
  return { web: numberIn(webTime, 0), balancer: cost("balancer"), data: cost("data") };
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
    const precision = precisionOf(plain.quick === true);
    const { p95 } = parsed.data;
    const alone = numberIn(plain.alone, 1e-6);
    return { ok: true, value: { p95, precision, measured: measuredIn(plain), alone, costs: costsIn(plain) } };
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
