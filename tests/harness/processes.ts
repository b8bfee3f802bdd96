import { readdirSync, readFileSync, readlinkSync } from "node:fs";

function read(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}

function link(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}

function isWithin(path: string, directories: readonly string[]): boolean {
  return directories.some((directory) => path === directory || path.startsWith(`${directory}/`));
}

function descriptors(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).map((name) => link(`/proc/${pid}/fd/${name}`));
  } catch {
    return [];
  }
}

/** A process of the machine. */
export interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly uid: number;
  readonly command: string;
}

function describe(pid: number): Process | undefined {
  const status = read(`/proc/${pid}/status`);
  if (status === "" || /^State:\s+Z/m.test(status)) return undefined;
  return {
    pid,
    parent: Number(/^PPid:\s+(\d+)/m.exec(status)?.[1]),
    uid: Number(/^Uid:\s+(\d+)/m.exec(status)?.[1]),
    command: Buffer.from(read(`/proc/${pid}/cmdline`), "latin1")
      .toString("utf8")
      .replaceAll("\0", " ")
      .trim(),
  };
}

/** Every living process. */
export function processes(): Process[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => describe(Number(name)) ?? []);
}

export function isAlive(pid: number): boolean {
  return describe(pid) !== undefined;
}

export function environmentOf(pid: number): string {
  return read(`/proc/${pid}/environ`);
}

/** Processes that work in one of these directories, write there, or were told of it: those of a fleet, and its engine. */
export function processesOf(directories: readonly string[]): Process[] {
  return processes().filter(({ pid, command }) => {
    if (pid === process.pid) return false;
    if (isWithin(link(`/proc/${pid}/cwd`), directories)) return true;
    if (directories.some((directory) => command.includes(directory))) return true;
    return descriptors(pid).some((path) => isWithin(path.replace(/ \(deleted\)$/, ""), directories));
  });
}

/** A socket that listens: its port, and the address as the kernel writes it (`0100007F` is 127.0.0.1). */
export interface Listener {
  readonly port: number;
  readonly address: string;
  readonly inode: string;
}

/** Every listening TCP socket of the machine. */
export function listeners(): Listener[] {
  return ["/proc/net/tcp", "/proc/net/tcp6"].flatMap((file) =>
    read(file)
      .split("\n")
      .slice(1)
      .flatMap((line): Listener[] => {
        const [, local = "", , state, , , , , , inode = ""] = line.trim().split(/\s+/);
        const [address = "", port = ""] = local.split(":");
        return state === "0A" ? [{ port: Number.parseInt(port, 16), address, inode }] : [];
      }),
  );
}

/** Inodes of the sockets that these processes hold. */
export function socketsOf(pids: readonly number[]): Set<string> {
  return new Set(pids.flatMap((pid) => descriptors(pid).flatMap((path) => /^socket:\[(\d+)\]$/.exec(path)?.[1] ?? [])));
}
