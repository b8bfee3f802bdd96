import type { Finding, Path } from "./path.ts";

/** What a configuration file can hold. */
export type Plain = null | boolean | number | string | readonly Plain[] | PlainMap;

export interface PlainMap {
  readonly [key: string]: Plain;
}

const DEEPEST = 32;
const MOST_VALUES = 20_000;
const MOST_FINDINGS = 20;

export function isMap(value: Plain | undefined): value is PlainMap {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isList(value: Plain | undefined): value is readonly Plain[] {
  return Array.isArray(value);
}

interface Copy {
  readonly findings: Finding[];
  readonly above: Set<object>;
  values: number;
}

function nameOf(value: object): string {
  if (value instanceof Promise) return "a promise that was not awaited";
  const name: unknown = Object.getPrototypeOf(value)?.constructor?.name;
  return typeof name === "string" && name !== "" ? `an object of class ${name.slice(0, 60)}` : "no plain object";
}

/** A program's objects can run code when they are read. */
function read(from: object, key: string | number): { readonly value: unknown } | { readonly thrown: string } {
  try {
    return { value: Reflect.get(from, key) };
  } catch (thrown) {
    return { thrown: thrown instanceof Error ? thrown.message : "something that is no error" };
  }
}

function copyMember(from: object, key: string | number, path: Path, copy: Copy): Plain | undefined {
  const member = read(from, key);
  if ("value" in member) return copyValue(member.value, [...path, key], copy);
  copy.findings.push({ path: [...path, key], message: `throws when it is read: ${member.thrown}` });
  return undefined;
}

function copyMap(from: object, path: Path, copy: Copy): PlainMap {
  const map: Record<string, Plain> = {};
  for (const key of Object.keys(from)) {
    if (copy.findings.length >= MOST_FINDINGS) break;
    if (key === "__proto__") {
      copy.findings.push({ path: [...path, key], message: "is not possible as a key" });
      continue;
    }
    const member = copyMember(from, key, path, copy);
    if (member !== undefined) map[key] = member;
  }
  return map;
}

function copyList(from: readonly unknown[], path: Path, copy: Copy): Plain[] {
  const list: Plain[] = [];
  for (let at = 0; at < from.length && copy.findings.length < MOST_FINDINGS; at += 1) {
    list.push(copyMember(from, at, path, copy) ?? null);
  }
  return list;
}

function copyObject(value: object, path: Path, copy: Copy): Plain | undefined {
  const complain = (message: string): undefined => {
    copy.findings.push({ path, message });
    return undefined;
  };
  if (copy.above.has(value)) return complain("contains itself");
  if (path.length >= DEEPEST) return complain(`is nested more than ${DEEPEST} levels deep`);
  copy.above.add(value);
  const prototype: unknown = Object.getPrototypeOf(value);
  let plain: Plain | undefined;
  if (Array.isArray(value)) plain = copyList(value, path, copy);
  else if (prototype === null || Object.getPrototypeOf(prototype) === null) plain = copyMap(value, path, copy);
  else plain = complain(`is ${nameOf(value)}; it must be plain data: text, numbers, true, false, lists and maps`);
  copy.above.delete(value);
  return plain;
}

/** `undefined` means absent, as it does in a TypeScript object. */
function copyValue(value: unknown, path: Path, copy: Copy): Plain | undefined {
  copy.values += 1;
  if (copy.values > MOST_VALUES) {
    if (copy.values === MOST_VALUES + 1)
      copy.findings.push({
        path: [],
        message: `holds more than ${MOST_VALUES} values, those that aliases repeat included`,
      });
    return undefined;
  }
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "number":
      return Object.is(value, -0) ? 0 : value;
    case "undefined":
      return undefined;
    case "object":
      return value === null ? null : copyObject(value, path, copy);
    default:
      copy.findings.push({ path, message: `is a ${typeof value}, which no file can hold` });
      return undefined;
  }
}

/**
 * A copy of a value of any origin as plain data: no prototypes, getters, cycles or functions are left in it, and its
 * depth and size are bounded. Throws nothing that reading the value throws.
 */
export function copyPlain(value: unknown): { readonly plain: Plain; readonly findings: readonly Finding[] } {
  const copy: Copy = { findings: [], above: new Set(), values: 0 };
  try {
    const plain = copyValue(value, [], copy) ?? null;
    return { plain, findings: copy.findings };
  } catch {
    return { plain: null, findings: [{ path: [], message: "is an object that cannot be read" }] };
  }
}
