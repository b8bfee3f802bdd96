import { Fault } from "../../fault/fault.ts";
import { expandReferences, type Lookup } from "../../fleet/references.ts";
import type { HttpRequest } from "../http/request.ts";
import type { Body, HttpStep, Step } from "../scenario/scenario.ts";

// biome-ignore lint/suspicious/noControlCharactersInRegex: they would end a line of the request
const BREAKS_LINES = /[\x00-\x1f\x7f]/g;

function render(text: string, lookup: Lookup): string {
  return text.includes("${") ? String(expandReferences(text, lookup)) : text;
}

/** What is rendered; a sentence where a reference leads nowhere, since the step that captures it was not taken. */
export function tryRender<T extends object>(make: () => T): T | string {
  try {
    return make();
  } catch (error) {
    if (error instanceof Fault) return error.message;
    throw error;
  }
}

/** A path whose values cannot break out of the line that it is written on. */
export function renderPath({ path }: Pick<Step, "path">, lookup: Lookup): string {
  const text = render(path, lookup);
  const escaped = text.toWellFormed().replace(/[^\x21-\x7e]/gu, (letter) => encodeURIComponent(letter));
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

/** A message, and what tells it from others: its `${uuid}`s, or all of it. */
export function renderMessage(text: string, lookup: Lookup): { readonly text: string; readonly marks: string[] } {
  const ids: string[] = [];
  const rendered = render(text, (name) => {
    const value = lookup(name);
    if (name === "uuid") ids.push(String(value));
    return value;
  });
  return { text: rendered, marks: ids.length > 0 ? ids : [rendered] };
}

/** The texts of a body that may hold references. */
function textsOf(body: Body | null): readonly string[] {
  if (body === null) return [];
  return body.kind === "form" ? body.fields.flat() : [body.text];
}

/** Whether a request is the same for every visitor and every visit. */
export function isFixed({ path, headers, body }: HttpStep): boolean {
  return ![path, ...textsOf(body), ...Object.values(headers)].some((text) => text.includes("${"));
}

/** Whether a text that is sent as it is written is JSON, by what its header says. */
export function isJsonText(headers: Readonly<Record<string, string>>): boolean {
  const type = Object.entries(headers).find(([name]) => name.toLowerCase() === "content-type")?.[1];
  return type !== undefined && /^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(type.trim());
}

/** What a value holds must stay within the value. */
function inJson(lookup: Lookup): Lookup {
  return (name) => {
    const value = lookup(name);
    return typeof value === "string" ? JSON.stringify(value).slice(1, -1) : value;
  };
}

function renderBody(body: Body, headers: Readonly<Record<string, string>>, lookup: Lookup): string {
  switch (body.kind) {
    case "form":
      return body.fields
        .map((pair) => pair.map((text) => encodeURIComponent(render(text, lookup).toWellFormed())).join("="))
        .join("&");
    case "json":
      return render(body.text, inJson(lookup));
    case "text":
      return render(body.text, isJsonText(headers) ? inJson(lookup) : lookup);
    default:
      return body satisfies never;
  }
}

/** The request that a step is for one visitor. `cookies` gives those for a path. */
export function renderRequest(step: HttpStep, lookup: Lookup, cookies: (path: string) => string | null): HttpRequest {
  const path = renderPath(step, lookup);
  const { method, body } = step;
  return {
    method,
    path,
    headers: renderHeaders(step, lookup, cookies(path)),
    body: body === null ? null : renderBody(body, step.headers, lookup),
  };
}
