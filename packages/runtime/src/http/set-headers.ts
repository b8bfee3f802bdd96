import type { OutgoingHttpHeader, OutgoingHttpHeaders, ServerResponse } from "node:http";

/** Sets what `writeHead` is given: by name, or as a list of names and values in turn. */
export function setHeaders(response: ServerResponse, headers: unknown): void {
  if (typeof headers !== "object" || headers === null) return;
  if (!Array.isArray(headers)) {
    for (const [name, value] of Object.entries(headers as OutgoingHttpHeaders)) {
      if (value !== undefined) response.setHeader(name, value);
    }
    return;
  }
  const pairs = headers.flat() as OutgoingHttpHeader[];
  for (let at = 0; at + 1 < pairs.length; at += 2) response.appendHeader(String(pairs[at]), String(pairs[at + 1]));
}
