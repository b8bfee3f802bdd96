import type { Context as HonoContext, MiddlewareHandler } from "hono";
import { faultAnswer, isUpgrade } from "../http/index.ts";
import { rememberSession } from "./remember.ts";
import type { Session } from "./session.ts";
import type { Sessions } from "./sessions.ts";

/**
 * Middleware for Hono, on any of its servers. Handlers find the session by `sessionOf(c)`. What they change is stored before
 * the answer is sent; what a stream changes while it is sent is not.
 */
export function honoSessions(sessions: Sessions): MiddlewareHandler {
  return async (c, next) => {
    let session: Session;
    try {
      session = await sessions.open({
        method: c.req.method,
        upgrade: isUpgrade(c.req.header("upgrade")),
        remoteAddress: undefined,
        header: (name) => c.req.header(name),
      });
    } catch (error) {
      return answer(c, error);
    }
    rememberSession(c, session);
    await next();
    try {
      await session.finish();
    } catch (error) {
      c.res = undefined;
      c.res = answer(c, error);
      return;
    }
    const cookie = session.setCookie;
    if (cookie !== null) c.header("set-cookie", cookie, { append: true });
  };
}

function answer(c: HonoContext, error: unknown): Response {
  const { status, headers, body } = faultAnswer(error);
  return c.newResponse(body, status as 500, { ...headers });
}
