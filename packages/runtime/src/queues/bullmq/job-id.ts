import { randomBytes } from "node:crypto";

const PROCESS = randomBytes(9).toString("base64url");
let next = 0;

/** Short, since it is a part of every key and command, and no other process has the same. */
export function jobId(): string {
  return `${PROCESS}-${(next++).toString(36)}`;
}
