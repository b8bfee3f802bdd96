/** Where in the file something is: names of keys, and places in lists from 0. */
export type Path = readonly (string | number)[];

/** One thing that is wrong, before its path is made readable. */
export interface Finding {
  readonly path: Path;
  readonly message: string;
}

const LONGEST_KEY = 60;

function readableKey(key: string): string {
  if (/^[A-Za-z_][A-Za-z0-9_-]*$/.test(key) && key.length <= LONGEST_KEY) return key;
  return JSON.stringify(key.length > LONGEST_KEY ? `${key.slice(0, LONGEST_KEY)}…` : key);
}

/** `web.instances.max`, `postgres.readUrls[0]`, `workers."a b"`. Empty for the file as a whole. */
export function formatPath(path: Path): string {
  let text = "";
  for (const key of path) {
    if (typeof key === "number") text += `[${key}]`;
    else text += `${text === "" ? "" : "."}${readableKey(key)}`;
  }
  return text;
}

/** Whether `path` is `ancestor` or lies within it. */
export function isWithin(path: Path, ancestor: Path): boolean {
  return ancestor.length <= path.length && ancestor.every((key, at) => key === path[at]);
}
