import { answersSince } from "../fleet/latency.ts";
import type { MemberName } from "../fleet/member.ts";
import { growth, memberAt, type Observation } from "../fleet/observation.ts";
import type { WebCounts, WebSample } from "../scale/web/sample.ts";
import type { Bytes } from "../units/bytes.ts";
import type { Members } from "./members.ts";

/** What a process burns until it has been ready for so long is its boot, not the work of visitors. */
const WARM_UP_MS = 20_000;

export interface WebSampling {
  readonly now: Observation;
  readonly before: Observation;
  readonly members: Members;
  /** Requests that an instance works on at once, where that is bounded. */
  readonly concurrency: number | false;
  readonly memory: Bytes | false;
  readonly cpu: number | false;
}

function warm(members: Members, at: number): MemberName[] {
  return members.ofKind("web").flatMap(({ name }) => {
    const keeper = members.keepers.get(name);
    return keeper?.state.state === "ready" && at - keeper.history.readyAt >= WARM_UP_MS ? [name] : [];
  });
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** What happened in the web tier between two looks; `null` when the balancer did not answer one of them. */
export function webSample({ now, before, members, concurrency, memory, cpu }: WebSampling): WebSample | null {
  if (now.web === null || before.web === null || now.at <= before.at) return null;
  const seconds = (now.at - before.at) / 1000;
  const requests = growth(before.web.requests, now.web.requests);
  const refused = growth(before.web.refused, now.web.refused);
  const answered = Math.max(1, requests - refused);
  const failures = growth(before.web.errors, now.web.errors) + growth(before.web.unanswered, now.web.unanswered);
  const names = warm(members, now.at);
  const used = names.flatMap((name) => memberAt(now, name) ?? []);
  const cpus = used.flatMap(({ cpu }) => (cpu === null ? [] : [cpu / 100]));
  let finished = 0;
  let busy = 0;
  for (const name of names) {
    const [then, one] = [before.web.instances.get(name), now.web.instances.get(name)];
    if (then === undefined || one === undefined) continue;
    const count = growth(then.requests, one.requests);
    finished += count;
    // Where slots are what there is too little of, a request costs the time for which it has one. It waits without.
    const held = Math.max(0, (one.response ?? 0) - (one.waited ?? 0)) / 1000;
    busy += concurrency === false ? ((memberAt(now, name)?.cpu ?? 0) / 100) * seconds : count * held;
  }
  // Means of many answers linger where few come: together no more than the answers between these looks took.
  const { answers, time } = answersSince(before.web.answers, now.web.answers);
  if (concurrency !== false && answers > 0) busy = Math.min(busy, (finished * time) / answers / 1000);
  return {
    at: now.at,
    arrivals: requests / seconds,
    shed: refused / seconds,
    failed: Math.min(1, failures / answered),
    queued: now.web.queued,
    work: finished === 0 ? null : { busySeconds: busy / (concurrency || cpu || 1), requests: finished },
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
