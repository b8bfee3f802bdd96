import { availableParallelism } from "node:os";
import { doubtsOf } from "../../../capacity/doubts.ts";
import { type HeldOut, type Knee, type Measurement, measuredOf } from "../../../capacity/measurement.ts";
import { type Alone, judgeAlone } from "../../../capacity/search/alone.ts";
import { usersFor } from "../../../capacity/size/queue.ts";
import {
  type Answer,
  answerFor,
  type Curve,
  curveOf,
  type Prediction,
  predict,
  refutedBy,
} from "../../../capacity/usl/answer.ts";
import { EXIT_CODES } from "../../../fault/catalogue.ts";
import { Fault } from "../../../fault/fault.ts";
import { seededRandom } from "../../../load/arrivals/random.ts";
import { loadScenario } from "../../../load/read/scenario-file.ts";
import type { Journey } from "../../../load/scenario/scenario.ts";
import type { Input } from "../../command.ts";
import type { Context } from "../../context.ts";
import { formatMeasurement } from "../../output/measure-report.ts";
import { tellNotes } from "../../watch.ts";
import { journeysFrom } from "../load/journey.ts";
import { allowedTarget } from "../load/target.ts";
import { Bench } from "./bench.ts";
import { findKnee } from "./find-knee.ts";
import { busyFor, watchCores } from "./machine-load.ts";
import { type MeasureWish, measureWishFrom } from "./measure-wishes.ts";
import { Narrator, NEAR, summaryOf } from "./narrator.ts";
import { ScaledFleet } from "./scaled-fleet.ts";
import { heldOutSize, roomFor, sizesWithin } from "./sizes.ts";
import { loadOf, type PlanWish, peopleOf, withAlone } from "./wishes.ts";

const WARM_SECONDS = 2;
/** What is a whole number of users but for that is one. */
const ROUNDING = 1e-6;

/** All that a measurement works with. */
interface Work {
  readonly context: Context;
  readonly wish: MeasureWish;
  readonly fleet: ScaledFleet;
  readonly bench: Bench;
  readonly narrator: Narrator;
  readonly slowStart: number;
  readonly signal: AbortSignal;
}

async function journeysOf(context: Context, input: Input, url: URL): Promise<readonly Journey[]> {
  const name = input.text("scenario");
  if (name === null) return journeysFrom(input, new URL(input.text("path") ?? "/", url));
  return (await loadScenario(name, context.options.directory, process.env)).journeys;
}

/** One size: as many searches as there are repeats, the first from far away. */
async function measureSize(work: Work, instances: number, repeats: number, near: number | null): Promise<Knee[]> {
  const { context, wish, fleet, bench, narrator, slowStart, signal } = work;
  narrator.size(instances);
  await fleet.to(instances, signal);
  // New instances get their share by and by, and are slow at first.
  await bench.run(wish.search.start, Math.max(WARM_SECONDS, slowStart));
  const knees: Knee[] = [];
  for (let repeat = 0; repeat < repeats; repeat += 1) {
    const known = knees.at(-1)?.rate ?? near;
    const start = known === null ? wish.search.start : Math.max(wish.search.least, known * NEAR);
    const knee = await findKnee({
      ...{ instances, objective: wish.objective, step: wish.step, confirm: wish.confirm },
      search: { ...wish.search, start },
      run: (rate, time, runIn) => watchCores(context.target, () => bench.run(rate, time, runIn)),
      settle: () => bench.settle(),
      onTrial: (trial, verdict, isLong) => narrator.trial(trial, verdict, isLong),
    });
    narrator.knee(knee);
    knees.push(knee);
  }
  return knees;
}

/** Holds the prediction against a size that took no part in it. */
async function checkHeldOut(work: Work, curve: Curve, size: number): Promise<HeldOut | null> {
  const predicted = predict(curve, size);
  if (!predicted.known) {
    work.narrator.unchecked(predicted.why);
    return null;
  }
  work.narrator.heldOut(predicted.value);
  const [measured] = await measureSize(work, size, 1, predicted.value.rate);
  if (measured === undefined) return null;
  return { predicted: predicted.value, measured, error: predicted.value.rate / measured.rate - 1 };
}

/** `null`: nothing was answered in that time. */
function medianOf({ requests, p50 }: Alone): number | null {
  return requests === 0 ? null : p50;
}

/**
 * Milliseconds of a request that has the fleet for itself, before anything is changed. Fault: TF_MEASURE for an
 * application that fails or is too slow even then, twice.
 */
async function checkAlone({ bench, wish }: Work): Promise<number | null> {
  const first = await bench.alone();
  if (judgeAlone(first, wish.objective) === null) return medianOf(first);
  // What was just started may have had to warm up.
  const second = await bench.alone();
  const hopeless = judgeAlone(second, wish.objective);
  if (hopeless === null) return medianOf(second);
  throw new Fault("TF_MEASURE", hopeless.why, {
    hint:
      hopeless.kind === "slow"
        ? "more instances do not change that: allow more time (--p95), or ask for something else (--path, --scenario)"
        : hopeless.isLimited
          ? "the application limits how often it may be asked: take that away for the measurement"
          : "tenfold logs web shows why; --path and --scenario ask for something else",
  });
}

function webTimeOf(knees: readonly Knee[]): number | null {
  const [first] = knees;
  return first === undefined || first.busy.web === null ? null : first.busy.web / first.rate;
}

function plannedBy(answer: Answer<Prediction> | null): number | null {
  return answer?.known === true ? answer.value.instances : null;
}

async function measure(work: Work, asked: PlanWish, url: string): Promise<Measurement> {
  const { context, wish, fleet } = work;
  const cores = availableParallelism();
  const alone = await checkAlone(work);
  const plan = withAlone(asked, alone === null ? null : alone / 1_000);
  const busyBefore = await busyFor(context.target, 1_000);
  const room = await roomFor(context, fleet.before);
  const sizes = wish.sizes ?? sizesWithin(room);
  work.narrator.begin(url, sizes, wish, alone);
  const knees: Knee[] = [];
  for (const size of sizes) knees.push(...(await measureSize(work, size, wish.repeats, null)));
  const curveBy = (all: readonly Knee[]): Curve => curveOf(all.map(measuredOf), wish.search.precision, seededRandom(1));
  const first = curveBy(knees);
  const load = loadOf(plan);
  const answerBy = (curve: Curve): Answer<Prediction> | null => (load === null ? null : answerFor(curve, load.rate));
  const size = wish.heldOut ?? heldOutSize(sizes, plannedBy(answerBy(first)), room);
  const heldOut = size === null || size === 0 ? null : await checkHeldOut(work, first, size);
  // What the check found is known from now on, and the more so where the prediction was wrong.
  const curve = heldOut === null ? first : curveBy([...knees, heldOut.measured]);
  const answer = answerBy(curve);
  const planned = plannedBy(answer);
  const checked = heldOut === null ? [] : [heldOut.predicted.instances];
  const told = new Set([...sizes, ...(planned === null ? [] : [planned]), ...checked, Math.max(...sizes) * 2]);
  const predictions = [...told].toSorted((a, b) => a - b).map((instances) => predict(curve, instances));
  const refuted = refutedBy(curve);
  return {
    version: 1,
    ...{ url, p95: wish.objective.p95, quick: wish.quick, cores, alone, knees, heldOut },
    ...{ fits: curve.fits, intervals: curve.intervals, peak: curve.peak, isLeast: curve.isLeast },
    predictions,
    asked: load === null || answer === null ? null : { ...load, answer, users: plan.users },
    users: knees.map(({ rate, instances }) => ({
      instances,
      users: Math.floor(usersFor(rate, peopleOf(plan)) + ROUNDING),
    })),
    webTime: webTimeOf(knees),
    notes: [
      ...doubtsOf({ knees, cores, quick: wish.quick, busyBefore, predictions, heldOut }),
      ...(refuted === null ? [] : [refuted]),
    ],
  };
}

/** Two fleets' worth of load at once measure neither; and a rate limit answers for the application. */
async function checkFleet({ target }: Context): Promise<number> {
  const spec = await target.spec();
  if (spec.balancer.rateLimit !== false)
    throw new Fault(
      "TF_MEASURE",
      "the balancer limits how often one address may ask, and all of the load comes from one",
      {
        hint: "take balancer.rateLimit away in an overlay for the measurement: tenfold up -d --env measure",
      },
    );
  return spec.web.slowStart / 1_000;
}

/** What comes of a measurement, and of putting the number back. */
interface Outcome {
  readonly measured: Measurement | null;
  readonly failure: unknown;
  /** `null`: as many run as before. */
  readonly unrestored: Fault | null;
}

/** Does it, and restores the former number whatever comes of it. The second Ctrl-C hurries that. */
async function restoring(
  { interrupts }: Context,
  fleet: ScaledFleet,
  { narrator, signal }: Pick<Work, "narrator" | "signal">,
  act: () => Promise<Measurement>,
): Promise<Outcome> {
  const hurry = new AbortController();
  const onInterrupt = (): void => {
    narrator.interrupted(fleet.before);
    interrupts.next().addEventListener(
      "abort",
      () => {
        narrator.hurried(fleet.before);
        hurry.abort();
      },
      { once: true },
    );
  };
  signal.addEventListener("abort", onInterrupt, { once: true });
  const [done] = await Promise.allSettled([act()]);
  const restored = fleet.restore({ hurry: hurry.signal, onWait: (why) => narrator.waiting(why) });
  const unrestored = await restored.then(
    () => null,
    (error: unknown) => {
      if (error instanceof Fault) return error;
      throw error;
    },
  );
  if (done.status === "fulfilled") return { measured: done.value, failure: null, unrestored };
  return { measured: null, failure: done.reason, unrestored };
}

/** What is told instead of a result. */
function failureOf({ failure, unrestored }: Outcome, fleet: ScaledFleet, isInterrupted: boolean): unknown {
  if (unrestored === null)
    return isInterrupted
      ? new Fault("TF_CANCELLED", `the measurement was interrupted; as many instances run as before: ${fleet.before}`)
      : failure;
  const why = isInterrupted ? "it was interrupted" : failure instanceof Error ? failure.message : String(failure);
  return new Fault(unrestored.code, unrestored.message, { hint: unrestored.hint, lines: [`the measurement: ${why}`] });
}

/**
 * Measures the running fleet, and brings it back to its former size, also when it is interrupted. Gives the exit code: 1
 * when the former size could not be brought back. Faults: TF_ARGUMENT, TF_NOT_RUNNING, TF_MEASURE, TF_CANCELLED, and
 * those of `tenfold scale`.
 */
export async function runMeasure(context: Context, input: Input, plan: PlanWish): Promise<number> {
  const { terminal, options, paint, interrupts } = context;
  const wish = measureWishFrom(input, plan);
  const signal = interrupts.next();
  const fleet = await ScaledFleet.open(context);
  tellNotes(context);
  const slowStart = await checkFleet(context);
  const url = new URL((await context.target.ps()).urls.app ?? "");
  const journeys = await journeysOf(context, input, url);
  const { target } = await allowedTarget(url, null);
  const environment = Object.fromEntries(
    Object.entries(process.env).filter((pair): pair is [string, string] => pair[1] !== undefined),
  );
  const parts = { plan: { target, journeys, environment }, objective: wish.objective, threads: wish.threads, signal };
  const narrator = new Narrator(context);
  if (options.dryRun) {
    const sizes = wish.sizes ?? sizesWithin(await roomFor(context, fleet.before));
    const summary = summaryOf(url.href, sizes, wish, null);
    terminal.out(options.json ? `${JSON.stringify({ version: 1, steps: [summary] })}\n` : `${summary}\n`);
    return EXIT_CODES.done;
  }
  if (signal.aborted) throw new Fault("TF_CANCELLED", "the measurement was interrupted before it began");
  const work: Work = { context, wish, fleet, bench: new Bench(parts), narrator, slowStart, signal };
  const outcome = await restoring(context, fleet, work, () => measure(work, plan, url.href));
  const { measured, unrestored } = outcome;
  if (measured === null) throw failureOf(outcome, fleet, signal.aborted);
  const notes = [...measured.notes, ...(unrestored === null ? [] : [`${unrestored.message}; ${unrestored.hint}`])];
  const told: Measurement = { ...measured, notes };
  terminal.out(options.json ? `${JSON.stringify(told)}\n` : formatMeasurement(told, paint));
  return unrestored === null ? EXIT_CODES.done : EXIT_CODES.failed;
}
