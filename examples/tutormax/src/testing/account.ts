import { execFileSync } from "node:child_process";

export interface Account {
  readonly uid?: number;
  readonly gid?: number;
}

/** Whom servers run as: PostgreSQL and PgBouncer refuse root, so as root it is the user `postgres`. */
export function serviceAccount(): Account {
  if (process.getuid?.() !== 0) return {};
  const id = (flag: string) => Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" }));
  return { uid: id("-u"), gid: id("-g") };
}
