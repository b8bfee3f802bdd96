import type { MemberKind } from "../fleet/member.ts";
import type { MemberState } from "../fleet/state.ts";
import type { Spec } from "../spec/spec.ts";
import { type Millis, millis, seconds } from "../units/millis.ts";
import type { Pace } from "./keeper-host.ts";

/** All probes of web instances together stay below this many a second, however many instances there are. */
const WEB_PROBES_PER_SECOND = 20;
/** The same while many of them start. */
const STARTING_PROBES_PER_SECOND = 1_000;
const EAGER: Millis = millis(15);
const SERVICE_EVERY: Millis = seconds(3);
const WATCHED_EVERY: Millis = seconds(5);
/** Leaders of the data tier: how soon it is seen that one no longer answers. */
const LEADER_EVERY: Millis = seconds(2);
/** One that did not answer is asked again after no more than this. */
const AFTER_MISS: Millis = seconds(1);
/** How long each kind may be silent before it counts as frozen. Web instances have their own limit for an answer besides. */
const SILENCE: Readonly<Record<MemberKind, Millis | null>> = {
  web: seconds(30),
  worker: null,
  scheduler: null,
  balancer: seconds(10),
  postgres: seconds(5),
  pooler: seconds(10),
  redis: seconds(5),
  cache: seconds(10),
  sentinel: seconds(10),
  prometheus: seconds(30),
  alertmanager: seconds(30),
};
const APPLICATION_SETTLE: Millis = millis(300);
const SERVICE_START: Millis = seconds(60);

export interface Paced {
  /** `undefined`: one that is leaving. */
  readonly kind: MemberKind | undefined;
  /** Whether it leads in the data tier now. */
  readonly leads: boolean;
}

/** How a member is looked at, in a fleet of so many web instances. */
export function paceOf({ kind, leads }: Paced, webs: number, { web, balancer }: Pick<Spec, "web" | "balancer">): Pace {
  if (kind === "web") {
    const { health } = web;
    // HAProxy asks them itself at the pace of the file, and leaves out who does not answer.
    const least = balancer.engine === "haproxy" ? WATCHED_EVERY : millis(0);
    const every = millis(Math.max(health.interval, least, (webs * 1000) / WEB_PROBES_PER_SECOND));
    const eager = millis(Math.max(EAGER, (webs * 1000) / STARTING_PROBES_PER_SECOND));
    return { every, eager, start: health.start, settle: millis(0), silence: SILENCE.web };
  }
  const settle = kind === "worker" || kind === "scheduler" ? APPLICATION_SETTLE : millis(0);
  const every = leads ? LEADER_EVERY : SERVICE_EVERY;
  return { every, eager: EAGER, start: SERVICE_START, settle, silence: kind === undefined ? null : SILENCE[kind] };
}

/** Looks at a member's present process, and those in a row that failed up to now. */
export interface Looks {
  readonly looks: number;
  readonly misses: number;
}

/** Milliseconds until a member in this state is looked at again. */
export function untilNextLook(state: MemberState["state"], { looks, misses }: Looks, pace: Pace): number {
  if (state === "ready") return misses === 0 ? pace.every : Math.min(pace.every, AFTER_MISS);
  if (state === "failed") return Math.min(pace.every, 250);
  return Math.max(pace.eager, looks < 60 ? 0 : looks < 120 ? 50 : 200);
}
