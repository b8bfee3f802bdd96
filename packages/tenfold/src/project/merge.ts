import { isMap, type Plain, type PlainMap } from "../spec/plain.ts";

/** Where a single value stands for a map, and what map: `web: node server.js` for `web: { command: node server.js }`. */
const SHORTHANDS: readonly {
  readonly path: readonly string[];
  readonly widen: (value: Plain) => PlainMap | undefined;
}[] = [
  ...[["web"], ["workers", "*"], ["scheduler"]].map((path) => ({ path, widen: widenCommand })),
  { path: ["balancer"], widen: (value) => (typeof value === "string" ? { engine: value } : undefined) },
  { path: ["web", "health"], widen: (value) => (typeof value === "string" ? { path: value } : undefined) },
  ...[["postgres"], ["redis"], ["cache"]].map((path) => ({ path, widen: widenTrue })),
];

/** Keys of a service that somebody else runs. A map with other keys is of one that Tenfold runs. */
const MANAGED: Readonly<Record<string, readonly string[]>> = {
  postgres: ["url", "readUrls"],
  redis: ["url", "cacheUrl"],
};

function widenCommand(value: Plain): PlainMap | undefined {
  return typeof value === "string" || Array.isArray(value) ? { command: value } : undefined;
}

function widenTrue(value: Plain): PlainMap | undefined {
  return value === true ? {} : undefined;
}

function asMap(value: Plain | undefined, path: readonly string[]): PlainMap | undefined {
  if (value === undefined || isMap(value)) return value;
  const shorthand = SHORTHANDS.find(
    (one) => one.path.length === path.length && one.path.every((key, at) => key === "*" || key === path[at]),
  );
  return shorthand?.widen(value);
}

/** Whether one map is of a service that Tenfold runs and the other of one that somebody else runs. */
function areOfTwoKinds(base: PlainMap, overlay: PlainMap, path: readonly string[]): boolean {
  const [key = ""] = path;
  const managed = path.length === 1 && Object.hasOwn(MANAGED, key) ? MANAGED[key] : undefined;
  if (managed === undefined) return false;
  const wasManaged = Object.hasOwn(base, "url");
  const keys = Object.keys(overlay).filter((one) => !one.startsWith("x-"));
  return wasManaged
    ? keys.length > 0 && keys.every((one) => !managed.includes(one))
    : Object.hasOwn(overlay, "url") && overlay.url !== null;
}

function mergeMaps(base: PlainMap, overlay: PlainMap, path: readonly string[]): PlainMap {
  const merged: Record<string, Plain> = { ...base };
  for (const [key, value] of Object.entries(overlay)) {
    if (value === null) delete merged[key];
    else merged[key] = mergeAt(Object.hasOwn(base, key) ? base[key] : undefined, value, [...path, key]);
  }
  return merged;
}

function mergeAt(base: Plain | undefined, overlay: Plain, path: readonly string[]): Plain {
  if (!isMap(overlay) && !isMap(base)) return overlay;
  const over = asMap(overlay, path);
  if (over === undefined) return overlay;
  const under = asMap(base, path);
  return mergeMaps(under === undefined || areOfTwoKinds(under, over, path) ? {} : under, over, path);
}

/**
 * The base with an overlay over it: maps merge at every depth, `null` takes a key away, anything else replaces. A short
 * form (`web: node server.js`) counts as the map that it stands for, and a database that somebody else runs replaces one
 * that Tenfold runs as a whole, and the other way round.
 */
export function mergeOverlay(base: PlainMap, overlay: PlainMap): PlainMap {
  return mergeMaps(base, overlay, []);
}
