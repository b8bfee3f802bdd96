import type { IncomingMessage, ServerResponse } from "node:http";
import type { FastifyInstance } from "fastify";
import type { Context as HonoContext, MiddlewareHandler } from "hono";
import { isFault } from "../fault/index.ts";
import { faultAnswer, headOf, isUpgrade, type RequestHead } from "../http/index.ts";
import type { Leave } from "./concurrency-limit.ts";

/** A request that was admitted. */
export interface Admission {
  /** To be sent with its answer. */
  readonly headers: Readonly<Record<string, string>>;
  readonly leave?: Leave;
}

/** Admits a request, or throws the fault that tells why not. `null`: the request is none of its concern. */
export type Guard = (head: RequestHead) => Promise<Admission | null> | Admission | null;

/** For Express and whatever else takes `(request, response, next)`. A refusal goes to the error handler: it has `status` and `headers`. */
export function guardMiddleware(
  guard: Guard,
): (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void {
  return (request, response, next) => {
    admit(guard, headOf(request)).then((admission) => {
      for (const [name, value] of Object.entries(admission?.headers ?? {})) response.setHeader(name, value);
      const leave = admission?.leave;
      if (leave !== undefined)
        response.once("close", () => leave(response.writableFinished && response.statusCode < 500));
      next();
    }, next);
  };
}

/** A plugin for Fastify: `app.register(fastifyGuard(guard))`. */
export function fastifyGuard(guard: Guard): (app: FastifyInstance) => Promise<void> {
  const plugin = async (app: FastifyInstance): Promise<void> => {
    app.addHook("onRequest", async (request, reply) => {
      try {
        const admission = await guard(headOf(request.raw));
        reply.headers({ ...admission?.headers });
        const leave = admission?.leave;
        if (leave === undefined) return;
        reply.raw.once("close", () => leave(reply.raw.writableFinished && reply.statusCode < 500));
      } catch (error) {
        reply.headers(isFault(error) ? { ...error.headers } : {});
        throw error;
      }
    });
  };
  return Object.assign(plugin, { [Symbol.for("skip-override")]: true });
}

/** Middleware for Hono. The address of who connects is that of `@hono/node-server`, where it is there. */
export function honoGuard(guard: Guard): MiddlewareHandler {
  return async (c, next) => {
    let admission: Admission | null;
    try {
      admission = await guard(headOfHono(c));
    } catch (error) {
      const { status, headers, body } = faultAnswer(error);
      return c.newResponse(body, status as 500, { ...headers });
    }
    try {
      await next();
      for (const [name, value] of Object.entries(admission?.headers ?? {})) c.header(name, value);
      admission?.leave?.(c.res.status < 500);
    } finally {
      admission?.leave?.(false);
    }
    return undefined;
  };
}

function headOfHono(c: HonoContext): RequestHead {
  const incoming = (c.env as { readonly incoming?: IncomingMessage } | undefined)?.incoming;
  return {
    method: c.req.method,
    upgrade: isUpgrade(c.req.header("upgrade")),
    remoteAddress: incoming?.socket?.remoteAddress,
    header: (name) => c.req.header(name),
  };
}

async function admit(guard: Guard, head: RequestHead): Promise<Admission | null> {
  return await guard(head);
}
