import { access, constants, readFile, stat, statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Bytes, bytes } from "../../units/bytes.ts";
import { observeCgroups } from "../cgroup.ts";

/** Ports or numbers from the first to the last, both included. */
export interface Range {
  readonly first: number;
  readonly last: number;
}

/** What of the system decides whether a fleet runs well, beside its programs. `null`: this system does not tell. */
export interface Host {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** When Tenfold's own files were made, likewise. */
  readonly builtAt: number;
  /** Files that one process may open, and whether this process may raise that. */
  readonly openFiles: { readonly limit: number; readonly canRaise: boolean } | null;
  readonly availableMemory: Bytes | null;
  readonly swap: Bytes | null;
  /** Free on the disk that holds the given path. */
  readonly freeDisk: Bytes | null;
  /** Ports that the kernel uses for outgoing connections, and those that it leaves out. */
  readonly outgoingPorts: Range | null;
  readonly reservedPorts: readonly Range[];
  /** The first port that needs no privilege. */
  readonly firstFreePort: number | null;
  /** `vm.overcommit_memory`. */
  readonly overcommit: number | null;
  /** Limits that can be set for members through control groups of version 2. */
  readonly limits: { readonly memory: boolean; readonly cpu: boolean };
}

async function read(path: string): Promise<string | null> {
  return readFile(path, "utf8").catch(() => null);
}

function number(text: string | null | undefined): number | null {
  const value = text === null || text === undefined || text.trim() === "" ? Number.NaN : Number(text.trim());
  return Number.isFinite(value) ? value : null;
}

/** Reads `32768\t60999` and `20001-32000,40000`. */
export function parseRanges(text: string): Range[] {
  return text.split(",").flatMap((part) => {
    const match = /^\s*(\d+)(?:\s*[-\s]\s*(\d+))?\s*$/.exec(part);
    return match === null ? [] : [{ first: Number(match[1]), last: Number(match[2] ?? match[1]) }];
  });
}

/** Reads the hard limit from `/proc/self/limits`, and `CAP_SYS_RESOURCE` from `/proc/self/status`. */
export function parseOpenFiles(limits: string, status: string): Host["openFiles"] {
  const hard = /^Max open files\s+\S+\s+(\d+|unlimited)/m.exec(limits)?.[1];
  if (hard === undefined) return null;
  const capabilities = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)/m.exec(status)?.[1] ?? "0"}`);
  return {
    limit: hard === "unlimited" ? Number.POSITIVE_INFINITY : Number(hard),
    canRaise: ((capabilities >> 24n) & 1n) === 1n,
  };
}

/** Reads one line of `/proc/meminfo`, which counts in kilobytes. */
export function parseMemoryInfo(text: string, name: string): Bytes | null {
  const kilobytes = new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(text)?.[1];
  return kilobytes === undefined ? null : bytes(Number(kilobytes) * 1024);
}

async function freeDisk(path: string): Promise<Bytes | null> {
  try {
    const { bavail, bsize } = await statfs(path);
    return bytes(bavail * bsize);
  } catch {
    return path === dirname(path) ? null : freeDisk(dirname(path));
  }
}

async function observeLimitsOfMembers(): Promise<Host["limits"]> {
  const place = (await observeCgroups()).find(({ version }) => version === 2);
  const own = place?.directories.at(-1);
  if (own === undefined) return { memory: false, cpu: false };
  const writable = await access(own, constants.W_OK).then(
    () => true,
    () => false,
  );
  const controllers = ((await read(join(own, "cgroup.controllers"))) ?? "").trim().split(" ");
  return { memory: writable && controllers.includes("memory"), cpu: writable && controllers.includes("cpu") };
}

/** Looks at the system. `path` is where the fleet's data will be; it need not exist. Never fails. */
export async function observeHost(path: string): Promise<Host> {
  const files = ["/proc/self/limits", "/proc/self/status", "/proc/meminfo"].map(read);
  const settings = [
    "vm/overcommit_memory",
    "net/ipv4/ip_local_port_range",
    "net/ipv4/ip_local_reserved_ports",
    "net/ipv4/ip_unprivileged_port_start",
  ].map((name) => read(`/proc/sys/${name}`));
  const [limits = "", status = "", memory = ""] = (await Promise.all(files)).map((text) => text ?? "");
  const [overcommit, outgoing, reserved, firstFree] = await Promise.all(settings);
  const own = await stat(import.meta.filename);
  return {
    now: Date.now(),
    builtAt: own.mtimeMs,
    openFiles: parseOpenFiles(limits, status),
    availableMemory: parseMemoryInfo(memory, "MemAvailable"),
    swap: parseMemoryInfo(memory, "SwapTotal"),
    freeDisk: await freeDisk(path),
    outgoingPorts: parseRanges(outgoing ?? "")[0] ?? null,
    reservedPorts: parseRanges(reserved ?? ""),
    firstFreePort: number(firstFree),
    overcommit: number(overcommit),
    limits: await observeLimitsOfMembers(),
  };
}
