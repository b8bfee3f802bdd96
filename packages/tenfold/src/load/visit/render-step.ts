import { expandReferences, type Lookup } from "../../fleet/references.ts";
import type { HttpRequest } from "../http/request.ts";
import type { HttpStep, Step } from "../scenario/scenario.ts";

// biome-ignore lint/suspicious/noControlCharactersInRegex: they would end a line of the request
const BREAKS_LINES = /[\x00-\x1f\x7f]/g;

function render(text: string, lookup: Lookup): string {
  return text.includes("${") ? String(expandReferences(text, lookup)) : text;
}

/** A path whose values cannot break out of the line that it is written on. */
export function renderPath({ path }: Pick<Step, "path">, lookup: Lookup): string {
  const text = render(path, lookup);
  const escaped = text.replace(/[^\x21-\x7e]/g, (letter) => encodeURIComponent(letter));
  return escaped.startsWith("/") ? escaped : `/${escaped}`;
}

export function renderHeaders(
  { headers }: Pick<Step, "headers">,
  lookup: Lookup,
  cookies: string | null,
): Record<string, string> {
  const rendered: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers))
    rendered[name] = render(value, lookup).replace(BREAKS_LINES, " ");
  if (cookies !== null && !Object.keys(headers).some((name) => name.toLowerCase() === "cookie"))
    rendered.Cookie = cookies;
  return rendered;
}

export function renderText(text: string, lookup: Lookup): string {
  return render(text, lookup);
}

/** Whether a request is the same for every visitor and every visit. */
export function isFixed({ path, headers, body }: HttpStep): boolean {
  return ![path, body ?? "", ...Object.values(headers)].some((text) => text.includes("${"));
}

/** The request that a step is for one visitor. `cookies` gives those for a path. */
export function renderRequest(step: HttpStep, lookup: Lookup, cookies: (path: string) => string | null): HttpRequest {
  const path = renderPath(step, lookup);
  const { body } = step;
  // What a value holds must stay within the value, whatever kind of body it is.
  const isForm = step.headers["Content-Type"] === "application/x-www-form-urlencoded";
  const isJson = step.headers["Content-Type"] === "application/json";
  const escaping: Lookup = (name) => {
    const value = lookup(name);
    if (typeof value !== "string") return value;
    if (isForm) return encodeURIComponent(value);
    return isJson ? JSON.stringify(value).slice(1, -1) : value;
  };
  return {
    method: step.method,
    path,
    headers: renderHeaders(step, lookup, cookies(path)),
    body: body === null ? null : render(body, escaping),
  };
}
