import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Bytes, bytes } from "../units/bytes.ts";

/** What the control groups of this process allow. Cores may be a fraction. */
export interface CgroupLimits {
  readonly memory: Bytes | null;
  readonly cores: number | null;
}

/** A mounted hierarchy of control groups, and this process's place in it. */
export interface CgroupPlace {
  readonly version: 1 | 2;
  /** Version 1 only: `cpu`, `memory`, ... */
  readonly controllers: readonly string[];
  readonly mountPoint: string;
  /** From the mount point to the group itself, which comes last. */
  readonly directories: readonly string[];
}

/** Memory limits of version 1 beyond this mean "none": the kernel shows the largest page-aligned 64-bit number. */
const UNLIMITED = 2 ** 60;

function decodeOctal(path: string): string {
  return path.replace(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

/**
 * Directories whose files hold the limits: the group itself and its ancestors, since each of them limits. In a container
 * the group's path is often not below what is mounted; then the mount point is all that can be seen.
 */
function directoriesOf(mountPoint: string, root: string, path: string): string[] {
  const below = root === "/" ? path : path === root || path.startsWith(`${root}/`) ? path.slice(root.length) : "/";
  const directories = [mountPoint];
  for (const part of below.split("/")) {
    if (part !== "" && part !== "..") directories.push(join(directories.at(-1) ?? mountPoint, part));
  }
  return directories;
}

/** Reads `/proc/self/cgroup` and `/proc/self/mountinfo`. */
export function parseCgroups(membership: string, mounts: string): CgroupPlace[] {
  const groups = membership
    .split("\n")
    .map((line) => /^\d+:([^:]*):(\/.*)$/.exec(line))
    .flatMap((match) => (match === null ? [] : [{ controllers: (match[1] ?? "").split(","), path: match[2] ?? "/" }]));
  const places: CgroupPlace[] = [];
  for (const line of mounts.split("\n")) {
    const [front = "", back = ""] = line.split(" - ");
    const [, , , root, mountPoint] = front.split(" ");
    const [type, , options] = back.split(" ");
    if (root === undefined || mountPoint === undefined || (type !== "cgroup" && type !== "cgroup2")) continue;
    const mounted = (options ?? "").split(",");
    const group = groups.find(({ controllers }) =>
      type === "cgroup2" ? controllers[0] === "" : controllers.some((one) => one !== "" && mounted.includes(one)),
    );
    if (group === undefined) continue;
    places.push({
      version: type === "cgroup2" ? 2 : 1,
      controllers: type === "cgroup2" ? [] : group.controllers,
      mountPoint: decodeOctal(mountPoint),
      directories: directoriesOf(decodeOctal(mountPoint), decodeOctal(root), group.path),
    });
  }
  return places;
}

/** Reads `cpu.max`: `150000 100000` is 1.5 cores, `max 100000` is no limit. */
export function parseCpuMax(text: string): number | null {
  const [quota, period] = text.trim().split(/\s+/).map(Number);
  if (quota === undefined || period === undefined || !(quota > 0) || !(period > 0)) return null;
  return quota / period;
}

/** Reads `memory.max`, `memory.high` or `memory.limit_in_bytes`. */
export function parseMemoryLimit(text: string): Bytes | null {
  const limit = Number(text.trim());
  return text.trim() !== "" && Number.isFinite(limit) && limit > 0 && limit < UNLIMITED ? bytes(limit) : null;
}

function least<T extends number>(limits: readonly (T | null)[]): T | null {
  const known = limits.filter((limit) => limit !== null);
  return known.length === 0 ? null : (Math.min(...known) as T);
}

async function readLimits(place: CgroupPlace, directory: string): Promise<CgroupLimits> {
  const text = (file: string): Promise<string> => readFile(join(directory, file), "utf8").catch(() => "");
  if (place.version === 2) {
    const [max, high, cpu] = await Promise.all(["memory.max", "memory.high", "cpu.max"].map(text));
    return {
      memory: least([parseMemoryLimit(max ?? ""), parseMemoryLimit(high ?? "")]),
      cores: parseCpuMax(cpu ?? ""),
    };
  }
  const [limit, quota, period] = await Promise.all(
    ["memory.limit_in_bytes", "cpu.cfs_quota_us", "cpu.cfs_period_us"].map(text),
  );
  return { memory: parseMemoryLimit(limit ?? ""), cores: parseCpuMax(`${quota?.trim()} ${period?.trim()}`) };
}

/** This process's places among the control groups; none where the system has none. */
export async function observeCgroups(): Promise<CgroupPlace[]> {
  const [membership, mounts] = await Promise.all(
    ["/proc/self/cgroup", "/proc/self/mountinfo"].map((file) => readFile(file, "utf8").catch(() => "")),
  );
  return parseCgroups(membership ?? "", mounts ?? "");
}

/** The tightest limits on this process, of version 1 and 2, with all ancestors of its groups. */
export async function observeLimits(places: readonly CgroupPlace[]): Promise<CgroupLimits> {
  const all = await Promise.all(
    places.flatMap((place) => place.directories.map((directory) => readLimits(place, directory))),
  );
  return { memory: least(all.map(({ memory }) => memory)), cores: least(all.map(({ cores }) => cores)) };
}
