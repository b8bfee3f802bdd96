import type { Capture, CaptureSource } from "../scenario/scenario.ts";
import type { CookieJar } from "./cookie-jar.ts";

/** An answer, as captures look at it. */
export interface CapturedAnswer {
  readonly head: string;
  readonly body: Buffer;
}

/** Whether a capture reads the body. */
export function needsBody({ source }: Capture): boolean {
  return source.from === "json" || source.from === "pattern";
}

/** The keys of a path such as `$.items[0].id` or `items.0.id`, from the outermost on. */
export function jsonKeys(path: string): string[] {
  return path
    .replace(/^\$\.?/, "")
    .split(/[.[\]]+/)
    .filter((key) => key !== "");
}

/** What is at a path such as `$.items[0].id` or `items.0.id`; `undefined` when nothing is. */
export function atJsonPath(value: unknown, path: string): unknown {
  let at = value;
  for (const key of jsonKeys(path)) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, key)) return undefined;
    at = (at as Readonly<Record<string, unknown>>)[key];
  }
  return at;
}

function headerOf(head: string, name: string): string | undefined {
  const wanted = `${name.toLowerCase()}:`;
  const line = head.split("\r\n").find((one) => one.toLowerCase().startsWith(wanted));
  return line?.slice(wanted.length).trim();
}

function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}

function find(source: CaptureSource, { head, body }: CapturedAnswer, jar: CookieJar): string | undefined {
  switch (source.from) {
    case "header":
      return headerOf(head, source.name);
    case "cookie":
      return jar.get(source.name);
    case "pattern":
      return new RegExp(source.pattern).exec(body.toString())?.[1];
    case "json": {
      const value = atJsonPath(jsonOf(body), source.path);
      if (value === undefined || value === null) return undefined;
      return typeof value === "object" ? JSON.stringify(value) : String(value);
    }
    default:
      return source satisfies never;
  }
}

function describe(source: CaptureSource): string {
  switch (source.from) {
    case "json":
      return `nothing at ${source.path} in its JSON`;
    case "pattern":
      return `nothing in its body that matches ${source.pattern}`;
    case "header":
    case "cookie":
      return `no ${source.from} ${source.name}`;
    default:
      return source satisfies never;
  }
}

/** Takes values out of an answer. Gives a sentence about the first that is not there, or `null`. */
export function takeCaptures(
  captures: readonly Capture[],
  answer: CapturedAnswer,
  jar: CookieJar,
  variables: Map<string, string>,
): string | null {
  for (const { name, source } of captures) {
    const value = find(source, answer, jar);
    if (value === undefined) return `the answer has ${describe(source)} for \${${name}}`;
    variables.set(name, value);
  }
  return null;
}
