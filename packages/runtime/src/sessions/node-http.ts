import type { IncomingMessage, ServerResponse } from "node:http";
import { Fault } from "../fault/index.ts";
import { answerFault, headOf, setHeaders } from "../http/index.ts";
import { rememberSession } from "./remember.ts";
import type { Saved, Session } from "./session.ts";
import type { Sessions } from "./sessions.ts";

export type Next = (error?: unknown) => void;

/**
 * For Express and whatever else takes `(request, response, next)`. Handlers find the session by `sessionOf(request)`. What
 * they change is stored before the answer ends; when it cannot be, the client gets an error and never a false success.
 */
export function sessionMiddleware(
  sessions: Sessions,
): (request: IncomingMessage, response: ServerResponse, next: Next) => void {
  return (request, response, next) => {
    sessions.open(headOf(request)).then((session) => {
      rememberSession(request, session);
      saveBeforeTheEnd(response, session);
      next();
    }, next);
  };
}

/** For node:http: a request listener out of a handler. What the handler throws is answered with 500, or as the fault says. */
export function withSession<Shape extends object = Record<string, unknown>>(
  sessions: Sessions,
  handle: (request: IncomingMessage, response: ServerResponse, session: Session<Shape>) => unknown,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  return async (request, response) => {
    try {
      const session = await sessions.open<Shape>(headOf(request));
      rememberSession(request, session as unknown as Session);
      saveBeforeTheEnd(response, session as unknown as Session);
      await handle(request, response, session);
    } catch (error) {
      answerFault(response, error);
    }
  };
}

/**
 * The head of the answer is held back until its body begins or it ends, and the end until the session is stored: so a
 * failure can still be told by a status, whether the handler calls `writeHead` or not.
 */
function saveBeforeTheEnd(response: ServerResponse, session: Session): void {
  const { writeHead, write, end, flushHeaders } = response;
  let cookieIsSet = false;

  const restore = () => Object.assign(response, { writeHead, write, end, flushHeaders });
  const begin = () => {
    restore();
    const cookie = session.setCookie;
    cookieIsSet = cookie !== null;
    if (cookie !== null && !response.headersSent) response.appendHeader("Set-Cookie", cookie);
    response.end = endLater;
  };
  const endLater = ((...args: unknown[]) => {
    const finish = () => {
      if (!response.headersSent) begin();
      restore();
      return (end as (...args: unknown[]) => ServerResponse).apply(response, args);
    };
    const fail = (error: unknown) => {
      restore();
      answerFault(response, error);
    };
    // Whatever comes after the first end counts for nothing.
    response.end = (() => response) as typeof end;
    let saved: Saved | Promise<Saved>;
    try {
      if (response.headersSent && !cookieIsSet && session.willSetCookie) throw late();
      saved = session.finish();
    } catch (error) {
      fail(error);
      return response;
    }
    if (typeof saved === "string") return finish();
    saved.then(finish, fail);
    return response;
  }) as typeof end;

  Object.assign(response, {
    writeHead(status: number, ...rest: unknown[]) {
      response.statusCode = status;
      if (typeof rest[0] === "string") response.statusMessage = rest[0];
      setHeaders(response, rest.at(-1));
      return response;
    },
    write(...args: unknown[]) {
      begin();
      return (write as (...args: unknown[]) => boolean).apply(response, args);
    },
    flushHeaders() {
      begin();
      flushHeaders.call(response);
    },
    end: endLater,
  });
}

function late(): Fault {
  return new Fault("TF_RT_SESSION_LATE", "the session began after the head of the answer was sent", {
    hint: "set its first field, or log in, before the answer begins",
  });
}
