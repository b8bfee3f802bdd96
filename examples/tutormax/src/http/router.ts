import type { IncomingMessage } from "node:http";
import { HttpFailure } from "./failure.ts";
import type { Reply } from "./reply.ts";

/** A request on its way to a handler. */
export interface Call {
  readonly id: string;
  readonly url: URL;
  readonly request: IncomingMessage;
}

export type Handler = (call: Call) => Promise<Reply> | Reply;

/** `GET /api/metrics` → its handler. */
export type Routes = ReadonlyMap<string, Handler>;

/** The handler for a method and path. HEAD finds that of GET. Throws HttpFailure: 404, 405. */
export function findHandler(routes: Routes, method: string, path: string): Handler {
  const handler = routes.get(`${method === "HEAD" ? "GET" : method} ${path}`);
  if (handler !== undefined) return handler;

  const others = ["GET", "POST"].filter((other) => routes.has(`${other} ${path}`));
  if (others.length === 0) throw new HttpFailure(404, "not_found", `There is nothing at ${path.slice(0, 200)}.`);
  const allowed = others.flatMap((other) => (other === "GET" ? ["GET", "HEAD"] : other)).join(", ");
  throw new HttpFailure(405, "method_not_allowed", `${path} answers to ${allowed}.`, { headers: { Allow: allowed } });
}
