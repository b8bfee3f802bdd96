import { access, readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { ProgramName, Version } from "../../fleet/machine.ts";
import { ask } from "../ask.ts";
import { type AptState, SERVICES } from "./plan.ts";
import { POLICY_FILE, parsePolicy } from "./quiet.ts";

const LISTS = "/var/lib/apt/lists";

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function serviceExists(service: string): Promise<boolean> {
  const places = [
    `/etc/init.d/${service}`,
    ...["/etc", "/lib", "/usr/lib"].map((parent) => `${parent}/systemd/system/${service}.service`),
  ];
  return (await Promise.all(places.map(isThere))).some(Boolean);
}

/** When the lists were fetched: one of these directories changes with each `apt-get update`, even when nothing is new. */
async function listsAge(now: number): Promise<number | null> {
  const names = await readdir(LISTS).catch(() => []);
  if (!names.some((name) => name.includes("_Packages") || name.includes("_InRelease"))) return null;
  const times = await Promise.all([LISTS, join(LISTS, "partial")].map((path) => stat(path).catch(() => null)));
  return Math.max(0, now - Math.max(...times.map((found) => found?.mtimeMs ?? 0)));
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** Services of a policy of ours whose maker was killed; `null` when there is another policy, or none. */
async function unsettledServices(): Promise<readonly string[] | null> {
  const policy = parsePolicy(await readFile(POLICY_FILE, "utf8").catch(() => ""));
  return policy === null || isAlive(policy.pid) ? null : policy.services;
}

/** Looks at what an installation of these programs depends on. */
export async function observeApt(programs: readonly ProgramName[], now: number): Promise<AptState> {
  const wanted = programs.map((program) => SERVICES[program]).filter((service) => service !== null);
  const [exists, unsettled] = await Promise.all([Promise.all(wanted.map(serviceExists)), unsettledServices()]);
  return {
    listsAge: await listsAge(now),
    hasPolicy: unsettled === null && (await isThere(POLICY_FILE)),
    services: wanted.filter((service, at) => exists[at] && !unsettled?.includes(service)),
    unsettled: unsettled ?? [],
  };
}

/** What `apt-cache policy` says that it would install, by package; `null`: it knows of none. */
export function parseCandidates(text: string): Map<string, Version | null> {
  const candidates = new Map<string, Version | null>();
  let name: string | undefined;
  for (const line of text.split("\n")) {
    const heading = /^(\S+):$/.exec(line)?.[1];
    if (heading !== undefined) name = heading;
    const candidate = /^\s+Candidate:\s+(?:\d+:)?(?:(\d+)(?:\.(\d+))?(?:\.(\d+))?)?/.exec(line);
    if (candidate === null || name === undefined) continue;
    const [, major, minor, patch] = candidate;
    candidates.set(name, major === undefined ? null : [Number(major), Number(minor ?? 0), Number(patch ?? 0)]);
  }
  return candidates;
}

/** The versions of packages that would be installed; a package that no list names is absent or `null`. */
export async function observeCandidates(
  packages: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<Map<string, Version | null>> {
  const { output } = await ask(["apt-cache", "policy", ...packages], { env, timeout: 20_000 });
  return parseCandidates(output);
}
