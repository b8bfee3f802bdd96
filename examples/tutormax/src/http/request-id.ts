import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";

/** The id that the balancer or the client gave the request, so that one can follow it; a new one where it has none. */
export function requestId(request: IncomingMessage): string {
  const given = request.headers["x-request-id"];
  return typeof given === "string" && /^[\w.:-]{1,128}$/.test(given) ? given : randomUUID();
}
