import {
  FRESH_SPREAD,
  goOn,
  haveBecomeLonger,
  isFarLonger,
  isFarShorter,
  learnSpread,
  NO_WORK,
  type Run,
  together,
  type Work,
} from "./change.ts";
import type { Held, JobMemory, WorkerMemory } from "./memory.ts";
import type { WorkerPolicy } from "./policy.ts";

const JOBS_REMEMBERED = 2000;
/** What somebody said of a job counts as so many that were measured. */
const WORD = 10;
/** Seconds that a job is taken to need while nobody knows. */
const GUESS = 1;
/** After a change the mean is worth no more jobs: the looks that showed it may have begun before it. */
const NEW = 10;
/** A look confirms another in which jobs were far shorter when its own took less than this share of what is believed. */
const CONFIRMS = 0.5;

type Look = Omit<Run, "looks">;

/** Jobs in hand now, and whether others wait. */
export interface Hands {
  readonly inHand: number;
  readonly isWaitedFor: boolean;
  /** Since the look before. */
  readonly seconds: number;
}

/** Seconds that a job takes, as far as it is known. */
export function jobSecondsOf(memory: JobMemory | null, { jobSeconds }: Pick<WorkerPolicy, "jobSeconds">): number {
  return memory !== null && memory.jobWeight > 0 ? memory.jobSeconds : (jobSeconds ?? GUESS);
}

/**
 * Learns what a job takes. A time in which workers were busy and finished none belongs to the job that they finish next.
 * The mean of thousands is replaced by that of a few which differ by far more than chance explains. Far shorter ones count
 * when the look after says so too: jobs that were taken out of a queue look as if they had been done at once.
 */
export function learnJob(memory: WorkerMemory, policy: WorkerPolicy, work: Work | null, hands: Hands): JobMemory {
  const held = heldNow(memory, work, hands);
  const { jobWeight, unfinished = NO_WORK, doubted = null, spread = FRESH_SPREAD } = memory;
  const known = { jobSeconds: jobSecondsOf(memory, policy), spread };
  const same = { ...known, jobWeight, held, doubted, longer: memory.longer ?? null, shorter: memory.shorter ?? null };
  const inHand = memory.held?.inHand ?? 0;
  const sum = together(unfinished, work ?? NO_WORK);
  // More than those that were in hand were not taken back: they were put back into the queue.
  const look = { ...sum, jobs: Math.max(sum.jobs, -1 - inHand) };
  if (look.jobs <= 0 || look.busySeconds <= 0) return { ...same, unfinished: look };
  if (jobWeight === 0) return { ...same, ...mean(look, known.jobSeconds, 0, policy), unfinished: NO_WORK };
  const run: Look = { ...look, inHand };
  if (doubted === null && isFarShorter(run, known)) return { ...same, doubted: run, unfinished: NO_WORK };
  const isConfirmed = doubted !== null && isShorter(run, known.jobSeconds);
  const seen: Look = isConfirmed ? { ...together(doubted, look), inHand: doubted.inHand } : run;
  const longer = goOn(same.longer, seen, "longer", known);
  const shorter = goOn(same.shorter, seen, "shorter", known);
  const past = { held, unfinished: NO_WORK, doubted: null };
  const fresh = { ...past, spread: Math.max(FRESH_SPREAD, spread), longer: null, shorter: null };
  if (longer !== null && haveBecomeLonger(longer, known, hands.inHand)) {
    // Those in hand are half done on average.
    const jobSeconds = longer.busySeconds / (longer.jobs + hands.inHand / 2);
    return { ...fresh, jobSeconds, jobWeight: Math.min(NEW, longer.jobs) };
  }
  if (shorter !== null && isFarShorter(shorter, known))
    return { ...fresh, jobSeconds: shorter.busySeconds / shorter.jobs, jobWeight: Math.min(NEW, shorter.jobs) };
  return {
    ...past,
    ...mean(seen, known.jobSeconds, jobWeight, policy),
    spread: learnSpread(known, seen),
    longer,
    shorter,
  };
}

function mean({ busySeconds, jobs }: Work, known: number, before: number, { jobSeconds }: WorkerPolicy) {
  const jobWeight = Math.min(JOBS_REMEMBERED, before + jobs);
  const word = before === 0 && jobSeconds !== null ? WORD : 0;
  const share = Math.min(1, jobs / (jobWeight + word));
  return { jobSeconds: known + share * (busySeconds / jobs - known), jobWeight };
}

function isShorter({ busySeconds, jobs, inHand }: Look, known: number): boolean {
  return busySeconds + inHand * known < CONFIRMS * known * jobs;
}

/** For how long no job has ended while some were in hand and others waited. */
function heldNow({ held }: WorkerMemory, work: Work | null, { inHand, isWaitedFor, seconds }: Hands): Held {
  const goesOn = work !== null && work.jobs <= 0 && isWaitedFor && held != null && held.jobs > 0;
  const jobs = goesOn ? Math.min(held.jobs, inHand) : inHand;
  return { inHand, jobs, seconds: goesOn && jobs > 0 ? held.seconds + seconds : 0 };
}

/**
 * Seconds that a job takes, with what those in hand tell that have lasted for longer: no less than if they ended now. They
 * are believed alone, with the finished ones that were as long, when they differ from what is known by far more than
 * chance explains.
 */
export function expectedSeconds(memory: JobMemory, policy: WorkerPolicy): number {
  const known = jobSecondsOf(memory, policy);
  const { held, jobWeight, longer, spread = FRESH_SPREAD } = memory;
  if (held == null || held.seconds <= known) return known;
  const now = { busySeconds: held.jobs * held.seconds, jobs: held.jobs };
  const all = together(longer ?? NO_WORK, now);
  if (isFarLonger(all, { jobSeconds: known, spread }, 0)) return all.busySeconds / all.jobs;
  const weight = jobWeight > 0 ? jobWeight : policy.jobSeconds === null ? 1 : WORD;
  return (known * weight + now.busySeconds) / (weight + now.jobs);
}
