import { createHash } from "node:crypto";

/** A Lua script and the hash by which a server knows it. */
export interface Script {
  readonly source: string;
  readonly sha: string;
}

export function defineScript(source: string): Script {
  return { source, sha: createHash("sha1").update(source).digest("hex") };
}
