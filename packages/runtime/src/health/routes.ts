import type { IncomingMessage, ServerResponse } from "node:http";
import type { FastifyInstance } from "fastify";
import type { MiddlewareHandler } from "hono";
import { jsonAnswer, type PlainAnswer, pathOf, sendAnswer } from "../http/index.ts";
import type { Health } from "./health.ts";

/** Where health is told. */
export interface HealthPaths {
  /** Readiness, for balancers. Default `/health`. */
  readonly ready?: string;
  /** Default `/health/live`. */
  readonly live?: string;
}

/** The answer to a path, or `null` when it is not one of health's: 200, or 503 when this instance is to get no traffic. */
export async function answerHealth(
  health: Health,
  path: string,
  { ready = "/health", live = "/health/live" }: HealthPaths = {},
): Promise<PlainAnswer | null> {
  if (path === live) return jsonAnswer(200, health.live());
  if (path !== ready) return null;
  const answer = await health.ready();
  return jsonAnswer(answer.status === "ok" || answer.status === "degraded" ? 200 : 503, answer);
}

/** For Express, before what may refuse requests. */
export function healthMiddleware(
  health: Health,
  paths?: HealthPaths,
): (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void {
  return (request, response, next) => {
    serveHealth(health, request, response, paths).then((served) => {
      if (!served) next();
    }, next);
  };
}

/** For node:http: answers and gives true, or gives false when the request is for something else. */
export async function serveHealth(
  health: Health,
  request: IncomingMessage,
  response: ServerResponse,
  paths?: HealthPaths,
): Promise<boolean> {
  const answer = await answerHealth(health, pathOf(request.url), paths);
  if (answer !== null) sendAnswer(response, answer, request.method);
  return answer !== null;
}

/** A plugin for Fastify: `app.register(fastifyHealth(health))`. */
export function fastifyHealth(health: Health, paths?: HealthPaths): (app: FastifyInstance) => Promise<void> {
  const plugin = async (app: FastifyInstance): Promise<void> => {
    app.addHook("onRequest", async (request, reply) => {
      const answer = await answerHealth(health, pathOf(request.url), paths);
      if (answer !== null) return reply.code(answer.status).headers(answer.headers).send(answer.body);
    });
  };
  // Its hook is for the whole application, and not for this plugin's own routes.
  return Object.assign(plugin, { [Symbol.for("skip-override")]: true });
}

export function honoHealth(health: Health, paths?: HealthPaths): MiddlewareHandler {
  return async (c, next) => {
    const answer = await answerHealth(health, c.req.path, paths);
    if (answer === null) return await next();
    return c.newResponse(answer.body, answer.status as 200, { ...answer.headers });
  };
}
