import type { IncomingMessage, ServerResponse } from "node:http";
import type { FastifyInstance } from "fastify";
import type { MiddlewareHandler } from "hono";
import { beforeAnswer, headOf } from "../../http/index.ts";
import type { RoutingPool } from "../database.ts";
import { scopes } from "../scope.ts";
import type { Exchange, TokenCarrier } from "./carrier.ts";

export interface DatabaseScopeOptions {
  /** Requests in which `db.query` is a read as well. Default: none. */
  readonly readsOnly?: (method: string, path: string) => boolean;
}

type Next = (error?: unknown) => void;

/** Whether the answer to this request has to say something: it has asked the primary. */
const hasWritten = () => scopes.getStore()?.dirty ?? false;

async function carry(db: RoutingPool, carrier: TokenCarrier, exchange: Exchange): Promise<void> {
  const token = await db.token();
  if (token !== null) await carrier.write(exchange, token);
}

/** For Express and whatever takes `(request, response, next)`; after the sessions. A scope a request. */
export function databaseMiddleware(
  db: RoutingPool,
  carrier: TokenCarrier,
  { readsOnly = () => false }: DatabaseScopeOptions = {},
): (request: IncomingMessage, response: ServerResponse, next: Next) => void {
  return (request, response, next) => {
    const exchange: Exchange = {
      carrier: request,
      now: Date.now(),
      header: headOf(request).header,
      append: (name, value) => void response.appendHeader(name, value),
    };
    const begin = () => {
      const scope = scopes.getStore();
      beforeAnswer(response, () => {
        if (!scope?.dirty) return undefined;
        return scopes.run(scope, () => carry(db, carrier, exchange));
      });
      next();
    };
    db.scope(carrier.read(exchange), begin, { readsOnly: readsOnly(request.method ?? "GET", request.url ?? "/") });
  };
}

/** A plugin for Fastify, after the sessions. */
export function fastifyDatabase(
  db: RoutingPool,
  carrier: TokenCarrier,
  { readsOnly = () => false }: DatabaseScopeOptions = {},
): (app: FastifyInstance) => Promise<void> {
  const plugin = async (app: FastifyInstance): Promise<void> => {
    app.addHook("onRequest", (request, _, done) => {
      const { header } = headOf(request.raw);
      const token = carrier.read({ carrier: request, now: Date.now(), header, append: () => {} });
      db.scope(token, () => done(), { readsOnly: readsOnly(request.method, request.url) });
    });
    app.addHook("onSend", async (request, reply, payload) => {
      const { header } = headOf(request.raw);
      const append = (name: string, value: string) => void reply.header(name, value);
      if (hasWritten()) await carry(db, carrier, { carrier: request, now: Date.now(), header, append });
      return payload;
    });
  };
  return Object.assign(plugin, { [Symbol.for("skip-override")]: true });
}

/** Middleware for Hono, after the sessions. */
export function honoDatabase(
  db: RoutingPool,
  carrier: TokenCarrier,
  { readsOnly = () => false }: DatabaseScopeOptions = {},
): MiddlewareHandler {
  return async (c, next) => {
    const exchange: Exchange = {
      carrier: c,
      now: Date.now(),
      header: (name) => c.req.header(name),
      append: (name, value) => c.header(name, value, { append: true }),
    };
    const work = async () => {
      await next();
      if (hasWritten()) await carry(db, carrier, exchange);
    };
    await db.scope(carrier.read(exchange), work, { readsOnly: readsOnly(c.req.method, c.req.path) });
  };
}
