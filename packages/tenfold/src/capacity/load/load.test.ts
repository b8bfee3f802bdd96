import assert from "node:assert/strict";
import { test } from "node:test";
import type { LoadCauseName } from "@tenfold/protocol";
import type { Observation } from "../../fleet/observation.ts";
import { parseSpec } from "../../spec/parse.ts";
import { diagnoseLoad } from "./diagnose.ts";
import { looksOf, MIB, QUICK, type Scene, SPEC } from "./load.fixture.ts";
import { namedStatements } from "./statements.ts";

function namesIn(looks: readonly Observation[]): LoadCauseName[] {
  return diagnoseLoad({ looks, spec: SPEC }).causes.map((cause) => cause.name);
}

test("a fleet that is well has no cause, nor has one that was not seen", () => {
  assert.deepEqual(namesIn(looksOf(() => ({}))), []);
  assert.deepEqual(diagnoseLoad({ looks: [], spec: SPEC }), {
    ...{ version: 1, fleet: "shop", from: null, to: null, looks: 0, causes: [] },
  });
});

const PLANTED: readonly [LoadCauseName, (at: number) => Partial<Scene>, RegExp, RegExp][] = [
  ["connections-exhausted", () => ({ connections: 95 }), /95 of 100 connections/, /max_connections/],
  [
    "pool-waiting",
    () => ({ waiting: 7, longestWait: 300 }),
    /up to 7 clients.*25 connections.*300 ms/,
    /pool\.size: 32/,
  ],
  ["lock-waiting", (at) => ({ locks: at % 2 }), /up to 1 sessions.*50 %/, /pg_blocking_pids/],
  [
    "slow-statements",
    () => ({ statements: [{ id: "7", calls: 60, time: 24_000 }, QUICK] }),
    /89 % of the time of all, with 1800 calls of 400 ms on average: .*queryid is 7/,
    /EXPLAIN/,
  ],
  ["lagging-replica", () => ({ lag: 64 * MIB }), /64\.0 MB/, /postgres\.replicas/],
  ["cache-misses", () => ({ hits: 50, misses: 50 }), /50 % of 17900 lookups/, /times to live/],
  ["cache-evictions", () => ({ evicted: 1 }), /179 entries were evicted/, /cache\.memory: 384mb/],
  ["redis-full", () => ({ redisMemory: 250 * MIB }), /250 MB of 256 MB/, /redis\.memory: 384mb/],
  ["memory-growth", (at) => ({ memory: (100 + at) * MIB }), /grew by 167 MB in 14 min/, /web\.memory/],
  ["cpu-bound", () => ({ cpu: 97 }), /1 instances used 97 %/, /scale web=2/],
  ["dependency-bound", () => ({ response: 800, cpu: 4 }), /answers took 80\d ms.*4 %/, /outside.*no statement/],
  [
    "slow-answers",
    () => ({ response: 1_000, cpu: 70 }),
    /answers took 1\d{3} ms on average, where web.scale.target is 250ms.*70 %/,
    /scale web=2/,
  ],
  ["slow-tail", () => ({ p95: 700 }), /700 ms and more, half of them 15 ms.*of 500 in 5 s/, /routes/],
  ["instances-full", () => ({ queued: 9 }), /up to 9 requests/, /web\.concurrency/],
  ["requests-refused", () => ({ refused: 1 }), /179 of 17900 requests/, /tenfold health/],
  ["requests-unanswered", () => ({ unanswered: 1 }), /179 of 17900 requests/, /timeouts\.request is 1m/],
  ["jobs-late", () => ({ oldest: 90_000 }), /the oldest for 90 s/, /worker\.mail=\+1/],
];

for (const [cause, scene, figure, change] of PLANTED) {
  test(`${cause} is found, with its figure and what to change, and nothing else`, () => {
    const { causes } = diagnoseLoad({ looks: looksOf(scene), spec: SPEC });
    assert.deepEqual(
      causes.map((one) => one.name),
      [cause],
    );
    assert.match(causes[0]?.figure ?? "", figure);
    assert.match(causes[0]?.change ?? "", change);
  });
}

test("requests that came before the first look and were refused after it are not more than there were", () => {
  const { causes } = diagnoseLoad({ looks: looksOf(() => ({ requests: 1, refused: 2 })), spec: SPEC });
  assert.match(causes[0]?.figure ?? "", /^358 requests got a 503/);
});

test("connections are exhausted when none is left but the superuser's, however few there are", () => {
  const looks = looksOf(() => ({ connections: 25 }));
  const few = looks.map((look) => ({
    ...look,
    database: look.database === null ? null : { ...look.database, maxConnections: 30 },
  }));
  assert.deepEqual(namesIn(few), ["connections-exhausted"]);
});

test("one look in ten at which clients waited is chance, and a long wait is not", () => {
  assert.deepEqual(namesIn(looksOf((at) => ({ waiting: at % 10 === 0 ? 3 : 0 }))), []);
  assert.deepEqual(namesIn(looksOf((at) => (at === 9 ? { waiting: 3, longestWait: 4_000 } : {}))), ["pool-waiting"]);
});

test("memory that goes up and down, or begins anew with a restart, is no growth", () => {
  assert.deepEqual(namesIn(looksOf((at) => ({ memory: (100 + 90 * (at % 20)) * MIB }))), []);
  const restarted = looksOf((at) => ({ restarts: at < 170 ? 0 : 1, memory: at < 170 ? (100 + at) * MIB : 100 * MIB }));
  assert.deepEqual(namesIn(restarted), []);
});

test("slow answers while clients wait for the pool point there, and a larger pool does not help against locks", () => {
  const { causes } = diagnoseLoad({
    looks: looksOf(() => ({ response: 900, cpu: 3, waiting: 5, locks: 5 })),
    spec: SPEC,
  });
  assert.deepEqual(
    causes.map((one) => one.name),
    ["pool-waiting", "lock-waiting", "dependency-bound"],
  );
  assert.match(causes[0]?.change ?? "", /see lock-waiting first/);
  assert.match(causes[2]?.change ?? "", /pool of the database/);
});

test("answers that were slow before the last minute are not those of now, whatever a mean of many still says", () => {
  const slow = { response: 5_900, cpu: 3, requests: 50 };
  const quick = { response: 5, lingering: 5_885, cpu: 3, requests: 5 };
  assert.deepEqual(namesIn(looksOf((at) => (at < 150 ? slow : quick))), []);
});

test("an overload of the processor is named as such after it ended: looks without requests do not count", () => {
  const idle = { cpu: 1, requests: 0 };
  const { causes } = diagnoseLoad({
    looks: looksOf((at) => (at < 176 ? { cpu: 99, response: 2_000 } : idle)),
    spec: SPEC,
  });
  assert.deepEqual(
    causes.map(({ name }) => name),
    ["cpu-bound"],
  );
});

test("locks that others waited for at another time are no reason for anything", () => {
  const slow = { id: "7", calls: 60, time: 24_000 };
  const { causes } = diagnoseLoad({
    looks: looksOf((at) => {
      if (at < 60) return { locks: 1 };
      return at < 72 || at >= 132 ? {} : { waiting: 3, longestWait: 1_200, statements: [slow, QUICK] };
    }),
    spec: SPEC,
  });
  assert.deepEqual(
    causes.map(({ name }) => name),
    ["pool-waiting", "lock-waiting", "slow-statements"],
  );
  assert.match(causes[0]?.why ?? "", /at work/);
  assert.match(causes[0]?.change ?? "", /pool\.size/);
  assert.match(causes[2]?.change ?? "", /^EXPLAIN/);
});

test("without load, slow answers of the past are no cause", () => {
  assert.deepEqual(namesIn(looksOf(() => ({ response: 900, cpu: 1, requests: 0 }))), []);
});

test("parts that nobody answered for are left out", () => {
  const looks = looksOf(() => ({})).map((look) => ({ ...look, web: null, database: null, pooler: null }));
  assert.deepEqual(namesIn(looks), []);
});

test("one statement that took most of what answers took is named by its text where answers are slow", () => {
  const slow = { id: "7", calls: 300, time: 120_000 };
  const looks = looksOf(() => ({ response: 800, cpu: 4, waiting: 5, statements: [slow, QUICK] }));
  const { causes } = diagnoseLoad({ looks, spec: SPEC, texts: new Map([["7", "SELECT $1"]]) });
  assert.deepEqual(
    causes.map((one) => one.name),
    ["pool-waiting", "slow-statements", "dependency-bound"],
  );
  assert.match(causes[1]?.figure ?? "", /98 % .* 400 ms on average: SELECT \$1$/);
  assert.match(causes[2]?.change ?? "", /98 % of the database's time: SELECT \$1;/);
  assert.deepEqual(namedStatements(looks), ["7"]);
});

test("a quick statement that is called all the time is told to be called less, and one that waits for locks is not to blame", () => {
  const many = diagnoseLoad({
    looks: looksOf(() => ({ statements: [{ id: "7", calls: 60_000, time: 18_000 }] })),
    spec: SPEC,
  });
  assert.match(many.causes[0]?.figure ?? "", /0\.3 ms/);
  assert.match(many.causes[0]?.why ?? "", /0\.6 connections/);
  assert.match(many.causes[0]?.change ?? "", /less often/);
  const middling = diagnoseLoad({
    looks: looksOf(() => ({ statements: [{ id: "7", calls: 300, time: 26_400 }] })),
    spec: SPEC,
  }).causes[0];
  assert.match(middling?.figure ?? "", / 88 ms/);
  assert.doesNotMatch(middling?.why ?? "", /quick/);
  assert.match(middling?.change ?? "", /EXPLAIN.*less often/);
  const looks = looksOf(() => ({ locks: 2, statements: [{ id: "7", calls: 60, time: 24_000 }] }));
  assert.match(diagnoseLoad({ looks, spec: SPEC }).causes[1]?.change ?? "", /lock-waiting first/);
});

test("a report that is made once, many statements that share the time, and a fleet that does little have no slow one", () => {
  const report = { id: "7", calls: 1, time: 25_000 };
  assert.deepEqual(namesIn(looksOf((at) => ({ statements: at === 60 ? [report] : [QUICK] }))), []);
  const alike = Array.from({ length: 6 }, (_, at) => ({ id: `${at}`, calls: 20, time: 4_000 }));
  assert.deepEqual(namesIn(looksOf(() => ({ statements: alike }))), []);
  assert.deepEqual(namesIn(looksOf(() => ({ statements: [{ id: "7", calls: 2, time: 500 }] }))), []);
});

test("where nobody counts statements, slow answers point to where they are counted", () => {
  const looks = looksOf(() => ({ response: 800, cpu: 4, statements: null }));
  assert.match(diagnoseLoad({ looks, spec: SPEC }).causes[0]?.change ?? "", /pg_stat_statements/);
});

function slowOnes(scene: Partial<Scene>, spec = SPEC) {
  return diagnoseLoad({ looks: looksOf(() => scene), spec }).causes;
}

test("slow answers without another reason are told with what is known of the cores", () => {
  const slow = { response: 1_000, cpu: 60 };
  const of = (scene: Partial<Scene>): string => {
    const causes = slowOnes({ ...slow, ...scene });
    assert.deepEqual(
      causes.map(({ name }) => name),
      ["slow-answers"],
    );
    return `${causes[0]?.figure}: ${causes[0]?.why}; ${causes[0]?.change}`;
  };
  assert.match(of({}), /not known.*with top/);
  assert.match(of({ machine: 1.2 }), /1\.2 of the machine's 2 cores were busy: why is not known.*had cores left/);
  // 0.65 cores are the fleet's: an instance with 60 %, and the database with 5 %.
  assert.match(of({ machine: 1.95 }), /all cores.*1\.3 of them for programs that are not of this fleet.*end or move/);
  assert.match(of({ machine: 1.75, cpu: 84 }), /all cores.*0\.9 of them/);
  assert.match(of({ cpu: Number.NaN }), /took 1\d{3} ms.*where web.scale.target is 250ms: why/);
});

test("a machine that the fleet alone keeps busy is told to be too small, with what others take left out", () => {
  const looks = looksOf(() => ({ response: 1_000, cpu: 70, machine: 1.9 })).map((look) => ({
    ...look,
    members: { ...look.members, cpu: Float32Array.from([70, 110]) },
  }));
  const [cause] = diagnoseLoad({ looks, spec: SPEC }).causes;
  assert.match(
    `${cause?.why}; ${cause?.change}`,
    /^all cores of the machine were busy: instances waited for one; a larger machine/,
  );
});

test("what waits on a machine that is full may wait for a core", () => {
  const of = (machine: number | null): string => {
    const causes = slowOnes({ response: 800, cpu: 4, machine });
    assert.deepEqual(
      causes.map(({ name }) => name),
      ["dependency-bound"],
    );
    return causes[0]?.why ?? "";
  };
  assert.match(
    of(1.95),
    /or for a core, since all cores .* busy, 1\.9 of them for programs that are not of this fleet$/,
  );
  for (const machine of [null, 1]) assert.match(of(machine), /works on few at once$/);
});

test("answers are not called slow where the file wants them no faster, they are few, or others say why", () => {
  const slow = { response: 300, cpu: 60 };
  const wanting = (target: string) => {
    const parsed = parseSpec({ name: "shop", web: { command: "node a.js", scale: { target } } }, "shop");
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
    return parsed.value;
  };
  assert.deepEqual(slowOnes(slow, wanting("1s")), []);
  assert.equal(slowOnes(slow, wanting("250ms")).length, 1);
  // Faster than that is wanted by few, and slow for nobody.
  assert.deepEqual(slowOnes({ ...slow, response: 150 }, wanting("50ms")), []);
  assert.deepEqual(slowOnes({ ...slow, requests: 3 }), []);
  assert.deepEqual(
    slowOnes({ ...slow, cpu: 90 }).map(({ name }) => name),
    ["cpu-bound"],
  );
  assert.deepEqual(
    slowOnes({ ...slow, p95: 900 }).map(({ name }) => name),
    ["slow-tail"],
  );
});

test("instances that compute as long as web.cpu lets them are told that", () => {
  const parsed = parseSpec({ name: "shop", web: { command: "node a.js", cpu: 0.7 } }, "shop");
  assert.ok(parsed.ok);
  const [cause] = slowOnes({ response: 900, cpu: 69 }, parsed.value);
  assert.match(`${cause?.why}; ${cause?.change}`, /web\.cpu allows them; a larger web\.cpu/);
  assert.match(slowOnes({ response: 900, cpu: 55 }, parsed.value)[0]?.why ?? "", /not known/);
});
