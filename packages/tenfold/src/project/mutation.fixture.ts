import { types } from "node:util";

/** Numbers from 0 to 1 that a seed decides (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

type Random = () => number;

function pick<T>(list: readonly T[], random: Random): T {
  return list[Math.floor(random() * list.length)] as T;
}

function nested(levels: number, wrap: (inner: unknown) => unknown): unknown {
  let value: unknown = "deep";
  for (let level = 0; level < levels; level += 1) value = wrap(value);
  return value;
}

function cycle(): unknown {
  const map: Record<string, unknown> = { command: "x" };
  map.self = map;
  return map;
}

function throwing(): unknown {
  return Object.defineProperty({}, "command", {
    configurable: true,
    enumerable: true,
    get: () => {
      throw new TypeError("not today");
    },
  });
}

const refuse = (): never => {
  throw new Error("nobody looks in here");
};

/** Values that files cannot have and programs can. */
const STRANGE: readonly (() => unknown)[] = [
  () => Symbol("s"),
  () => 10n,
  () => () => "x",
  () => new Date(0),
  () => new Map([["command", "x"]]),
  () => Promise.resolve({}),
  () => Object.create(null),
  () => new Proxy({}, { ownKeys: refuse, getPrototypeOf: refuse, get: refuse }),
  () => JSON.parse('{"__proto__": {"command": "x"}, "constructor": {"prototype": 1}}'),
  cycle,
  throwing,
  () => nested(2_000, (inner) => [inner]),
  () => nested(2_000, (inner) => ({ inner })),
  () => new Array(30_000).fill(1),
  () => new Array(5),
];

const SINGLE: readonly unknown[] = [
  null,
  undefined,
  true,
  false,
  ...[0, -0, -1, 1, 2, 3, 1001, 65_536, 0.5, -1.5, 1e308, 2 ** 53, 2 ** 31, Number.NaN, Infinity, -Infinity],
  ...["", " ", "yes", "true", "1", "-1", "0x10", "1e999", "30s", "-30s", "512mb", "100/min", "1/1/1", "haprxy", "ip"],
  ...[
    "${HOME}",
    "${",
    "${}",
    "$${X}",
    "${NOPE}",
    "${A:-${B:-c}}",
    "${A:-",
    "\0",
    "\n",
    "a\u0007b",
    "é",
    "😀",
    "\ud800",
  ],
  ...[
    "__proto__",
    "constructor",
    "toString",
    "/",
    "/h ealth",
    "../..",
    "postgres://u:p@h/d",
    "redis://",
    "x".repeat(100_000),
  ],
  ...[[], [[]], [null], ["a", 1], {}, { min: 5, max: 2 }, { url: "postgres://h/d", replicas: 1 }, { command: {} }],
];

function strangeKey(key: string, random: Random): string {
  const at = Math.floor(random() * key.length);
  return pick(
    [
      key.slice(0, at) + key.slice(at + 1),
      key.slice(0, at) + pick([..."aeiou_-. 0"], random) + key.slice(at),
      key.toUpperCase(),
      `x-${key}`,
      "__proto__",
      "constructor",
      "hasOwnProperty",
      "",
      key.repeat(2_000),
    ],
    random,
  );
}

type Container = Record<string | number, unknown>;

/** Every map and list of a value, itself included, as far as it is a tree of plain data. */
function containers(value: unknown, depth = 0): Container[] {
  if (typeof value !== "object" || value === null || depth > 12 || types.isProxy(value)) return [];
  const proto: unknown = Object.getPrototypeOf(value);
  if (proto !== Object.prototype && !Array.isArray(value)) return [];
  const members = Object.entries(Object.getOwnPropertyDescriptors(value)).flatMap(([, { value: member }]) =>
    containers(member, depth + 1),
  );
  return [value as Container, ...members];
}

function setKey(container: Container, key: string | number, value: unknown): void {
  Object.defineProperty(container, key, { value, enumerable: true, configurable: true, writable: true });
}

/** Changes one thing somewhere in a value, in place. */
function mutateOnce(value: unknown, random: Random): void {
  const all = containers(value).slice(0, 200);
  const container = pick(all, random);
  const keys = Object.keys(container).slice(0, 200);
  const key = keys.length === 0 ? "web" : pick(keys, random);
  switch (Math.floor(random() * 6)) {
    case 0:
      delete container[key];
      break;
    case 1:
      setKey(container, strangeKey(key, random), Object.getOwnPropertyDescriptor(container, key)?.value);
      if (random() < 0.7) delete container[key];
      break;
    case 2:
      setKey(container, key, structuredCloneOr(pick(all, random)));
      break;
    case 3:
      setKey(container, key, pick(STRANGE, random)());
      break;
    default:
      setKey(container, key, structuredCloneOr(pick(SINGLE, random)));
  }
}

/** A copy, so that a later mutation of one place changes no other; what cannot be copied is used as it is. */
function structuredCloneOr(value: unknown): unknown {
  try {
    return structuredClone(value);
  } catch {
    return value;
  }
}

/** A copy of a value with a few things wrong. */
export function mutateValue(value: unknown, random: Random): unknown {
  if (random() < 0.01) return pick(SINGLE, random);
  const mutated: unknown = structuredClone(value);
  for (let times = Math.ceil(random() * 4); times > 0; times -= 1) mutateOnce(mutated, random);
  return mutated;
}

const SNIPPETS: readonly string[] = [
  ..."\t,-:{}[]|>%!&*@`'\"#?$=\\\0",
  ...["\r", "\r\n", "\n", "\n\n", "  ", " ", "\u{FEFF}", "\u2028", "é", "😀"],
  ...["---\n", "...\n", "<<: *a\n", "&a ", "*a ", "!!binary ", "!!js/function ", "? ", "- - - ", ": : ", "|\n", ">-\n"],
  ...["${", "${X}", "${X:-", "$${", "}", "%YAML 1.1\n---\n", "%TAG ! x\n", "\nweb: x\n", "\n__proto__: {a: 1}\n"],
  ...["[".repeat(300), "{a: ".repeat(300), "? ".repeat(3_000), "- ".repeat(3_000), "x".repeat(20_000), "&a [*a]"],
  ...["a: &x [1,1,1,1,1,1,1]\nb: &y [*x,*x,*x,*x,*x,*x]\nc: &z [*y,*y,*y,*y,*y,*y]\nd: [*z,*z,*z,*z,*z,*z,*z,*z]\n"],
];

function mutateTextOnce(text: string, random: Random): string {
  const at = Math.floor(random() * (text.length + 1));
  const lines = text.split("\n");
  const line = Math.floor(random() * lines.length);
  const other = Math.floor(random() * lines.length);
  const edited = (change: (one: string) => string[]): string =>
    lines.flatMap((one, index) => (index === line ? change(one) : [one])).join("\n");
  switch (Math.floor(random() * 9)) {
    case 0:
      return text.slice(0, at) + text.slice(at + Math.ceil(random() * 5));
    case 1:
      return text.slice(0, at);
    case 2:
      return edited(() => []);
    case 3:
      return edited((one) => [one, one]);
    case 4:
      return edited((one) => [" ".repeat(Math.floor(random() * 7)) + one.trimStart()]);
    case 5:
      return edited(() => [lines[other] ?? ""]);
    case 6:
      return text.replaceAll("\n", pick(["\r\n", "\r", "\n\n", "\n\t"], random));
    default:
      return text.slice(0, at) + pick(SNIPPETS, random) + text.slice(at);
  }
}

/** Text with a few things wrong; now and then bytes that are no text. */
export function mutateText(text: string, random: Random): Uint8Array {
  let mutated = text;
  for (let times = Math.ceil(random() * 4); times > 0; times -= 1) mutated = mutateTextOnce(mutated, random);
  const content = Buffer.from(mutated, random() < 0.03 ? "utf16le" : "utf8");
  if (random() < 0.05 && content.length > 0)
    content[Math.floor(random() * content.length)] = Math.floor(random() * 256);
  return content;
}
