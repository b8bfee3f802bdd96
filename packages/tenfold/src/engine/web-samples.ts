import type { InstanceFigures, StatusClass } from "../fleet/figures.ts";
import { answersSince } from "../fleet/latency.ts";
import type { MemberName } from "../fleet/member.ts";
import { growth, memberAt, type Observation } from "../fleet/observation.ts";
import type { WebCounts, WebSample, WebWork } from "../scale/web/sample.ts";
import type { Bytes } from "../units/bytes.ts";
import type { Members } from "./members.ts";

/** What a process burns until it has been ready for so long is its boot, not the work of visitors. */
const WARM_UP_MS = 20_000;
/** Statuses that end a request. */
const ANSWERS: readonly StatusClass[] = ["2xx", "3xx", "4xx", "5xx"];
/** So many wait when there is too little of everything; one or two may wait for the next moment. */
const WAITING = 3;
const NONE = { process: 0, counts: new Map<number, number>() };

export interface WebSampling {
  readonly now: Observation;
  readonly before: Observation;
  readonly members: Members;
  /** Requests that an instance works on at once, where that is bounded. */
  readonly concurrency: number | false;
  readonly memory: Bytes | false;
  readonly cpu: number | false;
}

/**
 * Those past their warm-up. One that fails its health check may have too much to do: it counts as long as it answers.
 */
function warm({ members, now, before }: WebSampling): { readonly ready: MemberName[]; readonly working: MemberName[] } {
  const known = members.ofKind("web").flatMap(({ name }) => {
    const keeper = members.keepers.get(name);
    if (keeper === undefined || keeper.running === null) return [];
    const { readyAt } = keeper.history;
    return readyAt > 0 && now.at - readyAt >= WARM_UP_MS ? [{ name, state: keeper.state.state }] : [];
  });
  const ready = known.flatMap(({ name, state }) => (state === "ready" ? [name] : []));
  const failing = known.flatMap(({ name, state }) =>
    state === "failed" && (lookAt(name, { now, before })?.answers ?? 0) > 0 ? [name] : [],
  );
  return { ready, working: [...ready, ...failing] };
}

interface InstanceLook {
  readonly then: InstanceFigures;
  readonly one: InstanceFigures;
  /** That it was given. */
  readonly requests: number;
  /** That it gave. */
  readonly answers: number;
}

/** An instance between two looks; `null` where the balancer did not have it at one of them. */
function lookAt(name: MemberName, { now, before }: Pick<WebSampling, "now" | "before">): InstanceLook | null {
  const [then, one] = [before.web?.instances.get(name), now.web?.instances.get(name)];
  if (then === undefined || one === undefined) return null;
  const answers = ANSWERS.reduce((sum, code) => sum + growth(then.statuses[code], one.statuses[code]), 0);
  return { then, one, requests: growth(then.requests, one.requests), answers };
}

/** By CPU. What an instance has been given and has not answered may wait in it, so answers are what it finished. */
function cpuWork(names: readonly MemberName[], { now, before, cpu }: WebSampling): WebWork | null {
  const seconds = (now.at - before.at) / 1000;
  const looks = names.flatMap((name) => {
    const [look, used] = [lookAt(name, { now, before }), memberAt(now, name)?.cpu ?? null];
    return look === null || used === null ? [] : [{ busy: (used / 100) * seconds, requests: look.answers }];
  });
  if (looks.length === 0) return null;
  return {
    busySeconds: looks.reduce((sum, { busy }) => sum + busy, 0) / (cpu || 1),
    requests: looks.reduce((sum, { requests }) => sum + requests, 0),
    seconds: looks.length * seconds,
  };
}

/** Whether an instance had no free slot, and others waited for one; both at this look and at the one before. */
function isFull({ then, one }: InstanceLook, { now, before }: WebSampling, concurrency: number): boolean {
  const waiting = [before, now].map(({ web }) => web?.queued ?? 0);
  return Math.min(then.inFlight, one.inFlight) >= concurrency && Math.min(...waiting) >= WAITING;
}

/**
 * By slots: a request costs the time for which it has one; it waits without. That is a mean of the last 1,024 answers,
 * and late to see a change. Of instances that are full it is known without: all of their slots, all of the time.
 */
function slotWork(names: readonly MemberName[], sampling: WebSampling, concurrency: number): WebWork | null {
  const { now, before } = sampling;
  const seconds = (now.at - before.at) / 1000;
  const looks = names.flatMap((name) => lookAt(name, { now, before }) ?? []);
  if (looks.length === 0) return null;
  const requests = looks.reduce((sum, look) => sum + look.requests, 0);
  const full = looks.filter((look) => isFull(look, sampling, concurrency));
  const others = looks.filter((look) => !full.includes(look));
  const held = ({ one }: InstanceLook): number => Math.max(0, (one.response ?? 0) - (one.waited ?? 0)) / 1000;
  const measured = others.reduce((sum, look) => sum + (look.requests * held(look)) / concurrency, 0);
  // Means of many answers linger where few come: together no more than the answers between these looks took.
  const { answers, time } = answersSince(before.web?.answers ?? NONE, now.web?.answers ?? NONE);
  const share = requests === 0 ? 0 : others.reduce((sum, look) => sum + look.requests, 0) / requests;
  const most = answers === 0 ? Number.POSITIVE_INFINITY : (share * requests * time) / answers / 1000 / concurrency;
  const taken = full.length * seconds;
  return {
    busySeconds: taken + Math.min(measured, most),
    requests,
    seconds: looks.length * seconds,
    most: taken + Math.min(most, others.length * seconds),
  };
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** What happened in the web tier between two looks; `null` when the balancer did not answer one of them. */
export function webSample(sampling: WebSampling): WebSample | null {
  const { now, before, concurrency, memory, cpu } = sampling;
  if (now.web === null || before.web === null || now.at <= before.at) return null;
  const seconds = (now.at - before.at) / 1000;
  const requests = growth(before.web.requests, now.web.requests);
  const refused = growth(before.web.refused, now.web.refused);
  const answered = Math.max(1, requests - refused);
  const failures = growth(before.web.errors, now.web.errors) + growth(before.web.unanswered, now.web.unanswered);
  const { ready, working } = warm(sampling);
  const used = ready.flatMap((name) => memberAt(now, name) ?? []);
  const cpus = used.flatMap(({ cpu }) => (cpu === null ? [] : [cpu / 100]));
  return {
    at: now.at,
    arrivals: requests / seconds,
    shed: refused / seconds,
    failed: Math.min(1, failures / answered),
    queued: now.web.queued,
    work: concurrency === false ? cpuWork(working, sampling) : slotWork(working, sampling, concurrency),
    cpu: mean(cpus.map((value) => value / (cpu === false ? 1 : cpu))),
    memory: memory === false ? null : mean(used.map((one) => one.memory / memory)),
    p95: now.latency?.p95 ?? null,
  };
}

export function webCounts(members: Members, wanted: number): WebCounts {
  const states = members.ofKind("web").map(({ name }) => members.keepers.get(name)?.state.state);
  return {
    wanted,
    ready: states.filter((state) => state === "ready").length,
    starting: states.filter((state) => state === "starting").length,
  };
}
