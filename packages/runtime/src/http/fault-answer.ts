import type { ServerResponse } from "node:http";
import { Fault } from "../fault/index.ts";

/** How a client is told that its request failed. */
export interface FaultAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON. */
  readonly body: string;
}

/** A fault by its code and message; anything else is a bug, of which a client learns nothing. */
export function faultAnswer(error: unknown): FaultAnswer {
  const fault = error instanceof Fault ? error : null;
  const status = fault?.status ?? 500;
  const told = status < 500 || status === 503 ? fault : null;
  return {
    status,
    headers: {
      "content-type": "application/json; charset=utf-8",
      "cache-control": "no-store",
      ...fault?.headers,
    },
    body: JSON.stringify({ error: told?.code ?? "internal", message: told?.message ?? "the request failed" }),
  };
}

/** Answers, unless an answer is under way already: then the connection is cut, so that it is not taken for a whole one. */
export function answerFault(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const { status, headers, body } = faultAnswer(error);
  for (const name of response.getHeaderNames()) response.removeHeader(name);
  response.writeHead(status, headers);
  response.end(body);
}
