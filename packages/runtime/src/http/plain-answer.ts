import type { ServerResponse } from "node:http";

/** A whole answer, whatever the framework. */
export interface PlainAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export function jsonAnswer(status: number, value: unknown): PlainAnswer {
  const headers = { "content-type": "application/json; charset=utf-8", "cache-control": "no-store" };
  return { status, headers, body: JSON.stringify(value) };
}

export function sendAnswer(response: ServerResponse, { status, headers, body }: PlainAnswer, method?: string): void {
  response.writeHead(status, { ...headers, "content-length": Buffer.byteLength(body) });
  response.end(method === "HEAD" ? undefined : body);
}

/** The path of a request's URL, without its query. */
export function pathOf(url: string | undefined): string {
  const path = url ?? "/";
  const end = path.indexOf("?");
  return end === -1 ? path : path.slice(0, end);
}
