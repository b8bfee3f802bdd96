import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { InstanceFigures } from "../fleet/figures.ts";
import type { MemberName } from "../fleet/member.ts";
import type { Observation } from "../fleet/observation.ts";
import type { MemberState } from "../fleet/state.ts";
import { observation } from "./autoscaler.fixture.ts";
import type { Members } from "./members.ts";
import { webSample } from "./web-samples.ts";

const NAMES = ["web-1", "web-2"] as MemberName[];
const SLOTS = { concurrency: 4, memory: false, cpu: false } as const;

/** Two instances that became ready long ago, in a state each. */
function members(...states: MemberState["state"][]): Members {
  const keepers = NAMES.map((name, at) => {
    const state = { state: states[at] ?? "ready" };
    return [name, { state, running: { pid: at + 1 }, history: { startedAt: 1, readyAt: 1 } }] as const;
  });
  const ofKind = (): { name: MemberName }[] => NAMES.map((name) => ({ name }));
  return { ofKind, keepers: new Map(keepers) } as unknown as Members;
}

interface Seen {
  readonly requests: number;
  readonly queued?: number;
  readonly inFlight?: number;
  readonly answered?: number;
  readonly cpu?: number;
}

function look(at: number, { requests, queued = 0, inFlight = 0, answered = requests, cpu = 0 }: Seen): Observation {
  const plain = observation(at, { requests, response: 20, took: 20 });
  assert.ok(plain.web !== null);
  const one = (figures: InstanceFigures): InstanceFigures => ({
    ...figures,
    inFlight,
    statuses: { ...figures.statuses, "2xx": answered / 2 },
  });
  const instances = new Map([...plain.web.instances].map(([name, figures]) => [name, one(figures)]));
  return {
    ...plain,
    members: { ...plain.members, cpu: Float32Array.from([cpu, cpu]) },
    web: { ...plain.web, queued, instances },
  };
}

function sampled(
  before: Seen,
  now: Seen,
  { fleet = members(), concurrency = SLOTS.concurrency }: { fleet?: Members; concurrency?: 4 | false } = {},
): ReturnType<typeof webSample> {
  return webSample({ ...SLOTS, concurrency, members: fleet, before: look(100_000, before), now: look(105_000, now) });
}

describe("what instances did between two looks", () => {
  test("slots that are all taken while others wait were taken all the time, whatever the mean of a thousand answers says", () => {
    const full = { inFlight: 4, queued: 30 };
    const sample = sampled({ requests: 6500, ...full }, { requests: 6600, ...full });
    assert.deepEqual(sample?.work, { busySeconds: 10, requests: 100, seconds: 10, most: 10 });
    assert.equal(sample?.queued, 30);
  });

  test("slots that are taken at one of the looks, or with hardly anything waiting, may have been free", () => {
    for (const [before, now] of [
      [{}, { inFlight: 4, queued: 30 }],
      [
        { inFlight: 4, queued: 30 },
        { inFlight: 3, queued: 0 },
      ],
      [
        { inFlight: 4, queued: 1 },
        { inFlight: 4, queued: 2 },
      ],
    ]) {
      const { work } = sampled({ requests: 6500, ...before }, { requests: 6600, ...now }) ?? {};
      assert.ok(Math.abs((work?.busySeconds ?? 0) - 0.5) < 1e-6, `${work?.busySeconds}`);
    }
  });

  test("nothing that ends is measured too: then all the time went by, and no request with it", () => {
    const full = { requests: 6500, inFlight: 4, queued: 30 };
    assert.deepEqual(sampled(full, full)?.work, { busySeconds: 10, requests: 0, seconds: 10, most: 10 });
  });

  test("by CPU a request counts when it is answered, not when it is given to an instance that is busy with others", () => {
    const cpu = { concurrency: false as const };
    const { work } = sampled({ requests: 1000 }, { requests: 1500, answered: 1120, cpu: 100 }, cpu) ?? {};
    assert.deepEqual(work, { busySeconds: 10, requests: 120, seconds: 10 });
  });

  test("an instance that fails its health check counts as long as it answers; the CPU of ready ones is theirs alone", () => {
    const by = { concurrency: false as const, fleet: members("ready", "failed") };
    const answering = sampled({ requests: 1000 }, { requests: 1500, answered: 1120, cpu: 100 }, by);
    assert.equal(answering?.work?.seconds, 10);
    const hung = sampled({ requests: 1000 }, { requests: 1500, answered: 1000, cpu: 100 }, by);
    assert.equal(hung?.work?.seconds, 5);
    const leaving = { ...by, fleet: members("ready", "draining") };
    assert.equal(sampled({ requests: 1000 }, { requests: 1500, cpu: 100 }, leaving)?.work?.seconds, 5);
  });
});
