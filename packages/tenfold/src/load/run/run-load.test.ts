import assert from "node:assert/strict";
import { test } from "node:test";
import { constant } from "../arrivals/profile.ts";
import { journeysOf, planFor } from "../testing/plan.ts";
import { serve } from "../testing/server.ts";
import { runThreads } from "../threads/run-threads.ts";
import type { LoadPlan } from "./plan.ts";
import { joinShares, type RunResult } from "./result.ts";
import { pickJourney, runLoad } from "./run-load.ts";

const NEVER = new AbortController().signal;
const OPTIONS = { signal: NEVER, hurry: NEVER, onSnapshot: () => {} };

async function run(url: string, own: Partial<LoadPlan> = {}): Promise<RunResult> {
  return joinShares([await runLoad(await planFor(url, own), OPTIONS)]);
}

test("what a server did and what was counted agree, for every kind of failure", async () => {
  const done = { ok: 0, status: 0, reset: 0, cut: 0 };
  await using server = await serve((request, response) => {
    const kind = server.requests % 10;
    if (kind === 3) {
      done.status += 1;
      response.writeHead(503).end();
    } else if (kind === 5) {
      done.reset += 1;
      request.socket.resetAndDestroy();
    } else if (kind === 7) {
      done.cut += 1;
      response.writeHead(200, { "Content-Length": 10 }).write("half");
      request.socket.end();
    } else {
      done.ok += 1;
      response.end("ok");
    }
  });
  const { records, visits, abandoned } = await run(server.url, {
    arrivals: { kind: "open", profile: constant(500, 1), spacing: "even" },
  });
  const { outcomes, latency, statuses } = records.total;
  assert.equal(server.requests, 500);
  assert.equal(visits, 500);
  assert.deepEqual(
    { ok: outcomes.ok, status: outcomes.status, reset: outcomes.reset },
    { ok: done.ok, status: done.status, reset: done.reset + done.cut },
  );
  assert.equal(abandoned, done.status + done.reset + done.cut);
  assert.equal(latency.count, 500);
  assert.equal(statuses.get(503), done.status);
  const { buckets } = records.timeline;
  assert.equal(
    buckets.reduce((total, { requests }) => total + requests, 0),
    500,
  );
  assert.equal(
    buckets.reduce((total, { failures }) => total + failures, 0),
    abandoned,
  );
  assert.equal(
    buckets.reduce((total, { answered }) => total + answered, 0),
    done.ok,
  );
});

/** Nobody is answered for half a second, from the 50th request on. */
function withStall(): ReturnType<typeof serve> {
  let waiting: (() => void)[] | null = null;
  let count = 0;
  return serve((_, response) => {
    count += 1;
    const answer = (): void => void setTimeout(() => response.end("ok"), 5);
    if (count === 50) {
      waiting = [];
      setTimeout(() => {
        for (const one of waiting ?? []) one();
        waiting = null;
      }, 500);
    }
    if (waiting === null) answer();
    else waiting.push(answer);
  });
}

test("a stall that an open loop shows is hidden by a closed one, which asks less meanwhile", async () => {
  await using first = await withStall();
  const open = await run(first.url, { arrivals: { kind: "open", profile: constant(200, 2), spacing: "even" } });
  await using second = await withStall();
  const closed = await run(second.url, { arrivals: { kind: "closed", visitors: 2, seconds: 2 } });
  // Open: 100 of 400 came during the stall. Closed: 2 of some hundred.
  const [shown, hidden] = [open, closed].map(({ records }) => records.total.latency.percentile(90));
  assert.ok((shown ?? 0) > 100 && (shown ?? 0) > 2 * (hidden ?? Infinity), `p90 ${shown} and ${hidden} ms`);
  assert.ok(closed.records.total.latency.max > 400);
});

test("sessions and captured values stay with their visitor", async () => {
  const owners = new Map<string, string>();
  const wrong: string[] = [];
  await using server = await serve((request, response) => {
    const url = new URL(request.url ?? "/", "http://x");
    if (url.pathname === "/login") {
      const session = `s${owners.size}`;
      owners.set(session, url.searchParams.get("user") ?? "");
      response.setHeader("Set-Cookie", `session=${session}; Path=/; HttpOnly`);
      response.end(JSON.stringify({ user: { key: `key of ${url.searchParams.get("user")} & more` } }));
      return;
    }
    const session = /session=(\w+)/.exec(request.headers.cookie ?? "")?.[1] ?? "";
    const user = owners.get(session);
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      const key = new URLSearchParams(body).get("key");
      if (user === undefined || user !== url.searchParams.get("user") || key !== `key of ${user} & more`)
        wrong.push(`${request.url} ${body}`);
      response.end();
    });
  });
  const journeys = journeysOf({
    steps: [
      { path: "/login?user=${visitor}", capture: { key: { json: "user.key" } }, think: "300ms-400ms" },
      { path: "/cart?user=${visitor}", form: { key: "${key}" } },
    ],
  });
  const { records, visits } = await run(server.url, { journeys });
  assert.deepEqual(wrong, []);
  assert.equal(visits, 100);
  assert.equal(owners.size, 100);
  assert.equal(new Set(owners.values()).size, 100);
  assert.equal(records.total.outcomes.ok, 200);
  assert.deepEqual(
    [...records.steps].map(([name, tally]) => [name, tally.requests]),
    [
      ["GET /login?user=${visitor}", 100],
      ["POST /cart?user=${visitor}", 100],
    ],
  );
  // Requests after a pause count from its end: the pause is no latency.
  assert.ok(records.total.latency.percentile(10) < 250);
});

test("a step that fails ends the visit, and what is missing in an answer is a failure", async () => {
  await using server = await serve((request, response) => {
    response.end(request.url === "/second" ? "fine" : "{}");
  });
  const journeys = journeysOf({
    steps: [{ path: "/first", capture: { id: { json: "id" } } }, { path: "/second" }],
  });
  const { records, abandoned } = await run(server.url, { journeys });
  assert.equal(records.total.outcomes.check, 100);
  assert.equal(abandoned, 100);
  assert.equal(server.requests, 100, "nobody went on to the second step");
  assert.deepEqual(
    [...records.steps].map(([name, tally]) => [name, tally.intended, tally.answeredShare]),
    [
      ["GET /first", 100, 0],
      ["GET /second", 100, 0],
    ],
    "who is shown out has been kept from all of it",
  );
  assert.deepEqual([...records.total.errors], [["the answer has nothing at id in its JSON for ${id}", 100]]);
});

test("a value that only a step took who was left out is a failure that says so", async () => {
  await using server = await serve((_, response) => response.end('{"id":1}'));
  const journeys = journeysOf({
    steps: [{ path: "/first", chance: "50%", capture: { id: { json: "id" } } }, { path: "/${id}" }],
  });
  const { records } = await run(server.url, { journeys });
  const { ok, check } = records.total.outcomes;
  assert.equal(ok + check, records.total.requests);
  assert.ok(check > 0 && ok > 0);
  assert.equal(records.total.errors.get("nothing defines ${id}"), check);
});

test("journeys are taken by their weight", () => {
  const [one, two] = journeysOf({
    journeys: { a: { weight: 3, steps: [{ path: "/" }] }, b: { steps: [{ path: "/" }] } },
  });
  assert.ok(one !== undefined && two !== undefined);
  const names = [0, 0.5, 0.74, 0.76, 0.99, 1].map((at) => pickJourney([one, two], at).name);
  assert.deepEqual(names, ["a", "a", "a", "b", "b", "b"]);
});

test("visitors of a closed loop keep their cookies, and never have two requests under way", async () => {
  const under = new Map<string, number>();
  let most = 0;
  let fresh = 0;
  await using server = await serve((request, response) => {
    const id = /id=(\w+)/.exec(request.headers.cookie ?? "")?.[1];
    if (id === undefined) {
      fresh += 1;
      response.setHeader("Set-Cookie", `id=v${fresh}; Path=/`);
      response.end();
      return;
    }
    under.set(id, (under.get(id) ?? 0) + 1);
    most = Math.max(most, under.get(id) ?? 0);
    setTimeout(() => {
      under.set(id, (under.get(id) ?? 0) - 1);
      response.end();
    }, 10);
  });
  const { records } = await run(server.url, { arrivals: { kind: "closed", visitors: 5, seconds: 0.5 } });
  assert.equal(fresh, 5);
  assert.equal(most, 1);
  assert.equal(records.total.outcomes.ok, server.requests);
});

test("what keeps a closed loop from its work is seen", async () => {
  await using server = await serve((_, response) => {
    // Server and generator are one process here: neither does anything meanwhile.
    if (server.requests === 5) for (const end = performance.now() + 300; performance.now() < end; );
    setTimeout(() => response.end(), 10);
  });
  const { health } = await run(server.url, { arrivals: { kind: "closed", visitors: 2, seconds: 0.5 } });
  assert.ok(health.loopDelayMax > 200, `${health.loopDelayMax} ms`);
});

test("threads share the work: together they are the whole of it, once", async () => {
  const visitors: string[] = [];
  await using server = await serve((request, response) => {
    visitors.push(request.url ?? "");
    response.end();
  });
  const { share: _, ...plan } = await planFor(server.url, {
    journeys: journeysOf({ steps: [{ path: "/${visitor}" }] }),
  });
  let seen = 0;
  const result = await runThreads(plan, 3, { ...OPTIONS, onSnapshot: ({ requests }) => (seen = requests) });
  assert.equal(result.threads, 3);
  assert.equal(result.records.total.outcomes.ok, 100);
  assert.ok(seen > 0);
  assert.deepEqual(
    visitors.map((path) => Number(path.slice(1))).toSorted((a, b) => a - b),
    Array.from({ length: 100 }, (__, at) => at + 1),
  );
});

test("threads stop when they are told to, and what was under way is counted", async () => {
  const stop = new AbortController();
  await using server = await serve((_, response) => {
    if (server.requests === 50) stop.abort();
    setTimeout(() => response.end(), 20);
  });
  const { share: _, ...plan } = await planFor(server.url, {
    arrivals: { kind: "open", profile: constant(100, 3_000), spacing: "even" },
  });
  const result = await runThreads(plan, 2, { ...OPTIONS, signal: stop.signal });
  assert.equal(result.isComplete, false);
  assert.equal(result.records.total.outcomes.ok, server.requests);
});

test("who is in a hurry gives up what is under way, and that is no failure of the server", async () => {
  const stop = new AbortController();
  const hurry = new AbortController();
  await using server = await serve(() => {
    if (server.requests === 10) {
      stop.abort();
      hurry.abort();
    }
  });
  const data = await runLoad(await planFor(server.url), { ...OPTIONS, signal: stop.signal, hurry: hurry.signal });
  const { records } = joinShares([data]);
  assert.equal(records.total.requests, 0);
  assert.equal(records.total.outcomes.cancelled, data.visits);
  assert.equal(data.abandoned, 0);
  assert.deepEqual([...records.total.errors], []);
});
