import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { FastifyInstance } from "fastify";
import type { MiddlewareHandler } from "hono";
import { headOf, pathOf, sendAnswer } from "../http/index.ts";
import type { Metrics } from "./metrics.ts";
import { CONTENT_TYPE, refusal } from "./reading.ts";

const PATH = "/metrics";

/** For node:http: answers a request for `path` and gives true, or gives false. */
export async function serveMetrics(
  metrics: Metrics,
  request: IncomingMessage,
  response: ServerResponse,
  path: string = PATH,
): Promise<boolean> {
  if (pathOf(request.url) !== path) return false;
  const refused = refusal(metrics, headOf(request).header);
  if (refused !== null) {
    sendAnswer(response, refused, request.method);
    return true;
  }
  response.writeHead(200, { "content-type": CONTENT_TYPE });
  // A scraper that goes away is no failure of ours.
  await pipeline(Readable.from(metrics.expose()), response).catch(() => {});
  return true;
}

/** Measures a request of node:http. `route`: the pattern that was matched, asked at the end. */
export function measure(
  metrics: Metrics,
  request: IncomingMessage,
  response: ServerResponse,
  route?: () => string | undefined,
): void {
  const end = metrics.requests.begin(request.method ?? "GET");
  response.once("close", () => end(response.writableFinished ? response.statusCode : 0, route?.()));
}

interface ExpressRequest extends IncomingMessage {
  readonly baseUrl?: string;
  readonly route?: { readonly path?: unknown };
}

/** For Express, first of all: measures every request by its route, and answers `path`. */
export function metricsMiddleware(
  metrics: Metrics,
  path: string = PATH,
): (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void {
  return (request, response, next) => {
    measure(metrics, request, response, () => {
      const { baseUrl = "", route } = request as ExpressRequest;
      return typeof route?.path === "string" ? `${baseUrl}${route.path}` : undefined;
    });
    serveMetrics(metrics, request, response, path).then((served) => {
      if (!served) next();
    }, next);
  };
}

/** A plugin for Fastify: measures every request by its route, and answers `path`. */
export function fastifyMetrics(metrics: Metrics, path: string = PATH): (app: FastifyInstance) => Promise<void> {
  const plugin = async (app: FastifyInstance): Promise<void> => {
    app.addHook("onRequest", async (request, reply) => {
      measure(metrics, request.raw, reply.raw, () => request.routeOptions.url);
      if (pathOf(request.url) !== path) return;
      const refused = refusal(metrics, headOf(request.raw).header);
      if (refused !== null) return reply.code(refused.status).headers(refused.headers).send(refused.body);
      return reply.header("content-type", CONTENT_TYPE).send(Readable.from(metrics.expose()));
    });
  };
  return Object.assign(plugin, { [Symbol.for("skip-override")]: true });
}

interface NodeBindings {
  readonly incoming?: IncomingMessage;
  readonly outgoing?: ServerResponse;
}

/** For Hono, first of all: measures every request by its route, and answers `path`. */
export function honoMetrics(metrics: Metrics, path: string = PATH): MiddlewareHandler {
  return async (c, next) => {
    const route = () => c.req.matchedRoutes.findLast(({ method }) => method !== "ALL")?.path;
    const { incoming, outgoing } = (c.env ?? {}) as NodeBindings;
    // On Node the end of the answer is known; elsewhere its beginning has to do.
    const onNode = incoming !== undefined && outgoing !== undefined;
    const end = onNode ? () => {} : metrics.requests.begin(c.req.method);
    if (onNode) measure(metrics, incoming, outgoing, route);
    try {
      if (c.req.path === path) {
        const refused = refusal(metrics, (name) => c.req.header(name));
        if (refused !== null) return c.newResponse(refused.body, refused.status as 404, { ...refused.headers });
        const body = Readable.toWeb(Readable.from(metrics.expose())) as ReadableStream;
        return c.newResponse(body, 200, { "content-type": CONTENT_TYPE });
      }
      await next();
    } finally {
      end(c.res.status, route());
    }
  };
}
