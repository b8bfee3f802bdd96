import { type Part, partsOf } from "../../fleet/references.ts";

/** What a value is encoded for: functions of the script, which has them from `HELPERS`. */
export type Encoding = "inJson" | "inForm" | null;

/** JavaScript that the script's steps use. Versions of k6 before 0.53 read neither `??` nor `?.`, and have no `crypto`. */
export const HELPERS = `function uuid() {
  const digit = () => Math.floor(Math.random() * 16).toString(16);
  return "xxxxxxxx-xxxx-4xxx-axxx-xxxxxxxxxxxx".replace(/x/g, digit);
}

function value(name) {
  if (name === "visitor") return String(visitor());
  if (name === "uuid") return uuid();
  return captured[name] === undefined ? __ENV[name] : captured[name];
}

function need(name) {
  const found = value(name);
  if (found === undefined) throw new Error("nothing defines " + name);
  return found;
}

// What tenfold load counts.
const stepFailed = new Rate("step_failed");
const stepFailures = new Counter("step_failures");
const steps = new Counter("steps");

function count(isFine, tags) {
  check(isFine, { [tags.name.replace(/::+/g, ":")]: (fine) => fine });
  stepFailed.add(!isFine, tags);
  stepFailures.add(isFine ? 0 : 1, tags);
  steps.add(1, tags);
}

// What is thrown is a failure of the step, such as a reference that nothing defines.
function step(tags, take) {
  let isFine = false;
  try {
    isFine = take(tags);
  } catch (error) {
    console.error(tags.name + ": " + error.message);
  }
  count(isFine, tags);
  return isFine;
}

// What a value holds must stay within the value.
const inJson = (text) => (text === undefined ? text : JSON.stringify(text).slice(1, -1));
const inForm = (text) => encodeURIComponent(text);

function inPath(text) {
  const escaped = text.replace(/[^\\x21-\\x7e]/gu, (letter) => encodeURIComponent(letter));
  return escaped.startsWith("/") ? escaped : "/" + escaped;
}

function capture(name, found) {
  if (found === undefined || found === null) return false;
  captured[name] = typeof found === "object" ? JSON.stringify(found) : String(found);
  return true;
}

function headerOf({ headers }, wanted) {
  const name = Object.keys(headers).find((one) => one.toLowerCase() === wanted);
  return name === undefined ? undefined : headers[name];
}

function cookieOf({ cookies }, name) {
  if (cookies[name] !== undefined && cookies[name].length > 0) return cookies[name][0].value;
  const known = http.cookieJar().cookiesForURL(BASE)[name];
  return known === undefined ? undefined : known[0];
}

function matchOf({ body }, pattern) {
  const found = new RegExp(pattern).exec(body);
  return found === null ? undefined : found[1];
}

function atKeys({ body }, keys) {
  let at;
  try {
    at = JSON.parse(body);
  } catch (error) {
    return undefined;
  }
  for (const key of keys) {
    if (typeof at !== "object" || at === null || !Object.prototype.hasOwnProperty.call(at, key)) return undefined;
    at = at[key];
  }
  return at;
}
`;

function joined(parts: readonly Part[], encoding: Encoding): string {
  const expressions = parts.map((part): string => {
    switch (part.kind) {
      case "text":
        return JSON.stringify(part.text);
      case "malformed":
        return JSON.stringify(part.source);
      case "reference": {
        const name = JSON.stringify(part.name);
        const encoded = (source: string): string => (encoding === "inJson" ? `inJson(${source})` : source);
        if (part.fallback === null) return encoded(`need(${name})`);
        return `(${encoded(`value(${name})`)} || ${joined(part.fallback, encoding)})`;
      }
      default:
        return part satisfies never;
    }
  });
  return expressions.length === 0 ? '""' : expressions.join(" + ");
}

/** JavaScript for a text with references. */
export function expressionOf(text: string, encoding: Encoding = null): string {
  const source = joined(partsOf(text), encoding);
  return encoding === "inForm" ? `inForm(${source})` : source;
}

/** JavaScript for the path of a step. */
export function pathOf(path: string): string {
  return `inPath(${expressionOf(path)})`;
}
