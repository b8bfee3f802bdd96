import type { Session } from "./session.ts";

const sessions = new WeakMap<object, Session>();

/** By an adapter: `carrier` is what the framework hands to handlers, a request or a context. */
export function rememberSession(carrier: object, session: Session): void {
  sessions.set(carrier, session);
}

/** The session of a request: node:http's, Express' and Fastify's request, Hono's context. */
export function sessionOf<Shape extends object = Record<string, unknown>>(carrier: object): Session<Shape> {
  const session = sessions.get(carrier);
  if (session === undefined) throw new Error("no session adapter has seen this request");
  return session as unknown as Session<Shape>;
}
