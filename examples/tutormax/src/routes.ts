import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Health } from "./health.ts";
import { cookie, readCookie } from "./http/cookies.ts";
import { HttpFailure } from "./http/failure.ts";
import { readJson } from "./http/json-body.ts";
import { json } from "./http/reply.ts";
import type { Handler, Routes } from "./http/router.ts";
import { servePage } from "./page/page.ts";
import { parseNewSession } from "./sessions/parse-session.ts";
import type { SessionStore } from "./sessions/store.ts";
import type { Settings } from "./settings.ts";
import { REMEMBERED, type VisitCounter } from "./visits/visit-counter.ts";

export interface Application {
  readonly settings: Settings;
  readonly sessions: SessionStore;
  readonly visits: VisitCounter;
  readonly health: Health;
}

const VISITOR_COOKIE = "tutormax_visitor";

/** Everything that the application answers to over HTTP. */
export function routes(application: Application): Routes {
  const health = showHealth(application);
  return new Map<string, Handler>([
    ["GET /", servePage()],
    ["POST /api/sessions", recordSession(application)],
    ["GET /api/sessions", recentSessions(application)],
    ["GET /api/metrics", metricsPerTutor(application)],
    ["GET /api/metrics/daily", metricsPerDay(application)],
    ["GET /api/visits", countVisit(application)],
    ["GET /api/health", health],
    ["GET /health", health],
  ]);
}

function recordSession({ sessions, settings }: Application): Handler {
  return async ({ request }) => {
    // Without a key of the client's, one for this request: then at least our own attempts record it once.
    const key = idempotencyKey(request) ?? randomUUID();
    const parsed = parseNewSession(await readJson(request));
    if (!parsed.ok) {
      throw new HttpFailure(400, "invalid_session", "The session is not valid.", { problems: parsed.problems });
    }
    const recorded = await sessions.record(parsed.session, key);
    if (recorded.outcome === "conflict") {
      throw new HttpFailure(422, "key_reused", "The Idempotency-Key was used before, for another session.");
    }
    const replayed = recorded.outcome === "replayed" ? { "Idempotency-Replayed": "true" } : {};
    return json(201, { ...recorded.session, instance_id: settings.instanceId }, replayed);
  };
}

function recentSessions({ sessions, settings }: Application): Handler {
  return async ({ url }) => {
    const { value, source } = await sessions.recent(numberFrom(url, "limit", { first: 1, last: 100, absent: 20 }));
    return json(200, { sessions: value, source, instance_id: settings.instanceId });
  };
}

function metricsPerTutor({ sessions, settings }: Application): Handler {
  return async () => {
    const { value, source } = await sessions.perTutor();
    return json(200, { tutors: value, source, instance_id: settings.instanceId });
  };
}

function metricsPerDay({ sessions, settings }: Application): Handler {
  return async ({ url }) => {
    const { value, source } = await sessions.perDay(numberFrom(url, "days", { first: 1, last: 365, absent: 30 }));
    return json(200, { days: value, source, instance_id: settings.instanceId });
  };
}

function countVisit({ visits, settings }: Application): Handler {
  return async ({ id, request }) => {
    const { visitor, visits: count } = await visits.count(readCookie(request, VISITOR_COOKIE), id);
    const secure = settings.trustProxy && request.headers["x-forwarded-proto"] === "https";
    const headers = { "Set-Cookie": cookie(VISITOR_COOKIE, visitor, { maxAge: REMEMBERED, secure }) };
    return json(200, { visits: count, instance_id: settings.instanceId }, headers);
  };
}

function showHealth({ health, settings }: Application): Handler {
  return async () => {
    const report = await health.report();
    return json(200, { ...report, version: settings.version, instance_id: settings.instanceId });
  };
}

/** Throws HttpFailure: 400. */
function idempotencyKey(request: IncomingMessage): string | null {
  const given = request.headers["idempotency-key"];
  if (given === undefined) return null;
  if (typeof given === "string" && /^[\x21-\x7e]{1,200}$/.test(given)) return given;
  throw new HttpFailure(400, "bad_key", "The Idempotency-Key must have 1 to 200 visible ASCII characters.");
}

/** Throws HttpFailure: 400. */
function numberFrom(
  url: URL,
  name: string,
  { first, last, absent }: { readonly first: number; readonly last: number; readonly absent: number },
): number {
  const text = url.searchParams.get(name);
  if (text === null) return absent;
  const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= first && number <= last) return number;
  throw new HttpFailure(400, "bad_parameter", `${name} must be a whole number from ${first} to ${last}.`);
}
