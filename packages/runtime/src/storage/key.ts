import { Fault } from "../fault/index.ts";

/** Where a directory keeps what is not a user's file; no key begins with it. */
export const RESERVED = ".tenfold";

const LONGEST_KEY = 1_024;
const LONGEST_NAME = 255;

/**
 * Gives the key back when it is safe on every kind of storage: it names one file, below the root, and no two keys mean the
 * same file. Fault: `TF_RT_STORAGE_KEY`.
 */
export function checkKey(key: string): string {
  const problem = keyProblem(key);
  if (problem === null) return key;
  throw new Fault("TF_RT_STORAGE_KEY", `${JSON.stringify(key)} is no key: it ${problem}`, {
    hint: "a key is a path of names, such as invoices/2026/7.pdf",
  });
}

/** Like `checkKey`, for what keys begin with: it may be empty, or end anywhere. */
export function checkPrefix(prefix: string): string {
  if (prefix !== "") checkKey(`${prefix}x`);
  return prefix;
}

function keyProblem(key: unknown): string | null {
  if (typeof key !== "string") return `is a ${typeof key}`;
  if (key === "") return "is empty";
  if (!key.isWellFormed()) return "is no valid Unicode";
  if (Buffer.byteLength(key) > LONGEST_KEY) return `is longer than ${LONGEST_KEY} bytes`;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is looked for.
  if (/[\u0000-\u001f\u007f]/.test(key)) return "holds a control character";
  if (key.includes("\\")) return "holds a backslash";
  const names = key.split("/");
  if (names.includes("")) return "begins or ends with a slash, or holds two in a row";
  if (names.includes(".") || names.includes("..")) return "holds . or .. as a name";
  if (names[0] === RESERVED) return `begins with ${RESERVED}, which is reserved`;
  if (names.some((name) => Buffer.byteLength(name) > LONGEST_NAME)) return `holds a name of over ${LONGEST_NAME} bytes`;
  return null;
}
