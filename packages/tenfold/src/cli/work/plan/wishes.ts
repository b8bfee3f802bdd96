import { type Appetite, rateOf, usersFor } from "../../../capacity/size/queue.ts";
import type { Habits } from "../../../capacity/size/tiers.ts";
import { Fault } from "../../../fault/fault.ts";
import { type Millis, millis } from "../../../units/millis.ts";
import type { Input } from "../../command.ts";
import { count, length, number } from "../load/options.ts";

const DEFAULT_P95 = millis(250);
const DEFAULT_THINK = millis(10_000);
const DEFAULT_SERVICE = millis(30);

/** What a plan is made for. */
export interface PlanWish {
  /** `null`: neither users nor requests were named. */
  readonly users: number | null;
  readonly rate: number | null;
  readonly habits: Habits;
  readonly appetite: Appetite;
  /** Whether the service time was said, or is a guess. */
  readonly isGuess: boolean;
}

function inSeconds(value: Millis): number {
  return value / 1_000;
}

/** Fault: TF_ARGUMENT. */
export function planWishFrom(input: Input): PlanWish {
  const rate = number(input, "rps") ?? null;
  const requests = number(input, "requests") ?? 1;
  const variability = number(input, "variability") ?? 1;
  const wrong = (
    [
      ["rps", rate],
      ["requests", requests],
    ] as const
  ).find(([, value]) => value === 0);
  if (wrong !== undefined)
    throw new Fault("TF_ARGUMENT", `--${wrong[0]} is 0`, { hint: `write a number above 0, such as --${wrong[0]} 3` });
  return {
    users: count(input, "users") ?? null,
    rate,
    habits: {
      p95: inSeconds(length(input, "p95") ?? DEFAULT_P95),
      think: inSeconds(length(input, "think") ?? DEFAULT_THINK),
      requestsPerAction: requests,
    },
    appetite: {
      service: inSeconds(length(input, "service") ?? DEFAULT_SERVICE),
      slots: count(input, "slots") ?? 1,
      variability,
    },
    isGuess: input.text("service") === null,
  };
}

/** What was asked for, as a rate and as users. */
export function loadOf({
  users,
  rate,
  habits,
  appetite,
}: PlanWish): { readonly users: number; readonly rate: number } | null {
  const people = { ...habits, response: appetite.service };
  if (rate !== null) return { rate, users: users ?? Math.ceil(usersFor(rate, people)) };
  return users === null ? null : { users, rate: rateOf({ users, ...people }) };
}
