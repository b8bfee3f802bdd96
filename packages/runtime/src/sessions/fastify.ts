import type { FastifyInstance, FastifyRequest } from "fastify";
import { isFault } from "../fault/index.ts";
import { headOf } from "../http/index.ts";
import { rememberSession, sessionOf } from "./remember.ts";
import type { Sessions } from "./sessions.ts";

/**
 * A plugin for Fastify: `app.register(fastifySessions(sessions))`. Handlers find the session by `sessionOf(request)`. What
 * they change is stored before the answer is sent; what a stream changes while it is sent is not.
 */
export function fastifySessions(sessions: Sessions): (app: FastifyInstance) => Promise<void> {
  const plugin = async (app: FastifyInstance): Promise<void> => {
    const failed = new WeakSet<FastifyRequest>();
    app.addHook("onRequest", async (request, reply) => {
      try {
        rememberSession(request, await sessions.open(headOf(request.raw)));
      } catch (error) {
        failed.add(request);
        reply.headers(isFault(error) ? error.headers : {});
        throw error;
      }
    });
    app.addHook("onSend", async (request, reply, payload) => {
      // The answer that tells of the failure comes by here as well.
      if (failed.has(request)) return payload;
      const session = sessionOf(request);
      try {
        await session.finish();
      } catch (error) {
        failed.add(request);
        reply.headers(isFault(error) ? error.headers : {});
        throw error;
      }
      const cookie = session.setCookie;
      if (cookie !== null) reply.header("set-cookie", cookie);
      return payload;
    });
  };
  // Its hooks are for the whole application, and not for this plugin's own routes.
  return Object.assign(plugin, { [Symbol.for("skip-override")]: true });
}
