import { readFile } from "node:fs/promises";
import type { User } from "../../fleet/machine.ts";
import { ask } from "../ask.ts";

/** Reads lines of `/etc/passwd`; what is none is passed over. */
export function parsePasswd(text: string): User[] {
  return text.split("\n").flatMap((line) => {
    const [name, , uid, gid, , home] = line.split(":");
    if (name === undefined || name === "" || !/^\d+$/.test(uid ?? "") || !/^\d+$/.test(gid ?? "")) return [];
    return [{ name, uid: Number(uid), gid: Number(gid), home: home === undefined || home === "" ? "/" : home }];
  });
}

/** Looks a user up: in `/etc/passwd`, else in whatever else the system asks (LDAP, systemd). */
export async function lookUpUser(name: string): Promise<User | null> {
  const local = parsePasswd(await readFile("/etc/passwd", "utf8").catch(() => ""));
  const found = local.find((user) => user.name === name);
  if (found !== undefined) return found;
  const { output } = await ask(["getent", "passwd", name], { env: process.env });
  return parsePasswd(output).find((user) => user.name === name) ?? null;
}
