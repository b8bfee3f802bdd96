import type { ServerResponse } from "node:http";

/** An answer to a request, as data. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

/** Answers of the API differ for each visitor and moment, so nobody may keep them. */
export function json(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Reply {
  return {
    status,
    headers: { "Content-Type": "application/json; charset=utf-8", "Cache-Control": "no-store", ...headers },
    body: `${JSON.stringify(value)}\n`,
  };
}

export function send(response: ServerResponse, { status, headers, body }: Reply): void {
  const bytes = Buffer.from(body);
  // A 304 has no body of its own, and no length.
  const length = status === 304 ? {} : { "Content-Length": bytes.length };
  response.writeHead(status, { ...headers, ...length });
  response.end(bytes);
}
