import { type Appetite, type Crowd, rateOf, usersFor } from "../../../capacity/size/queue.ts";
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
  /** Who says what the service time is. */
  readonly serviceFrom: "said" | "measured" | "guess";
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
    serviceFrom: input.text("service") === null ? "guess" : "said",
  };
}

/** Takes what a request by itself was measured to take, in seconds, for a guess; `null`: it was not measured. */
export function withAlone(wish: PlanWish, alone: number | null): PlanWish {
  if (alone === null || wish.serviceFrom !== "guess") return wish;
  return { ...wish, appetite: { ...wish.appetite, service: alone }, serviceFrom: "measured" };
}

/** Behaviour of people who wait for a request by itself: users become requests, and requests users, by this alone. */
export function peopleOf({ habits, appetite }: PlanWish): Omit<Crowd, "users"> {
  return { think: habits.think, requestsPerAction: habits.requestsPerAction, response: appetite.service };
}

/** What was asked for, as a rate and as users. */
export function loadOf(wish: PlanWish): { readonly users: number; readonly rate: number } | null {
  const { users, rate } = wish;
  const people = peopleOf(wish);
  if (rate !== null) return { rate, users: users ?? Math.ceil(usersFor(rate, people)) };
  return users === null ? null : { users, rate: rateOf({ users, ...people }) };
}
