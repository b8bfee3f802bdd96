import { closeSync, openSync, readdirSync, readFileSync, readlinkSync, readSync } from "node:fs";

/** The kernel counts processor time and start times in hundredths of a second, on every architecture that Node runs on. */
const MILLIS_PER_TICK = 10;
const PAGE = 4096;
/** Of /proc/PID/stat, as `man proc` counts: there are more, which nobody asks for. */
const LAST_FIELD = 24;

/** What /proc/PID/stat says of a process. */
export interface ProcStat {
  readonly pid: number;
  readonly state: string;
  readonly parent: number;
  readonly session: number;
  readonly startTime: number;
  /** Its own processor time and that of the children it has waited for. */
  readonly cpuMillis: number;
  readonly residentBytes: number;
}

/** Reads one line of /proc/PID/stat. The name in parentheses may itself hold spaces and parentheses. */
export function parseStat(text: string): ProcStat | undefined {
  const end = text.lastIndexOf(")");
  const pid = Number.parseInt(text, 10);
  if (end < 0 || !Number.isInteger(pid)) return undefined;
  const fields = text.slice(end + 2).split(" ", LAST_FIELD - 2);
  const number = (field: number): number => Number(fields[field - 3] ?? 0);
  return {
    pid,
    state: fields[0] ?? "?",
    parent: number(4),
    session: number(6),
    startTime: number(22),
    cpuMillis: (number(14) + number(15) + number(16) + number(17)) * MILLIS_PER_TICK,
    residentBytes: number(24) * PAGE,
  };
}

/** A line of /proc/PID/stat or statm is far shorter. */
const line = Buffer.alloc(1024);

/** A short file of /proc, with the fewest calls: all processes of the machine are read every few seconds. */
function readLine(path: string): string {
  const file = openSync(path, "r");
  try {
    return line.toString("latin1", 0, readSync(file, line, 0, line.length, 0));
  } finally {
    closeSync(file);
  }
}

/** `undefined` when there is no such process (any more). */
export function readStat(pid: number): ProcStat | undefined {
  try {
    return parseStat(readLine(`/proc/${pid}/stat`));
  } catch {
    return undefined;
  }
}

/** Pages that it shares with others or with files, in bytes. */
export function readSharedBytes(pid: number): number {
  try {
    return Number(readLine(`/proc/${pid}/statm`).split(" ")[2] ?? 0) * PAGE;
  } catch {
    return 0;
  }
}

export function listPids(): number[] {
  const pids: number[] = [];
  for (const entry of readdirSync("/proc")) {
    const pid = Number(entry);
    if (Number.isInteger(pid)) pids.push(pid);
  }
  return pids;
}

/** Where a file descriptor of a process leads; `undefined` when it cannot be told. */
export function readDescriptor(pid: number, descriptor: number | string): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/fd/${descriptor}`);
  } catch {
    return undefined;
  }
}

/** Inodes of the sockets that a process holds. Empty for a process of another user. */
export function socketInodes(pid: number): Set<string> {
  const inodes = new Set<string>();
  let descriptors: string[];
  try {
    descriptors = readdirSync(`/proc/${pid}/fd`);
  } catch {
    return inodes;
  }
  for (const descriptor of descriptors) {
    const inode = /^socket:\[(\d+)\]$/.exec(readDescriptor(pid, descriptor) ?? "")?.[1];
    if (inode !== undefined) inodes.add(inode);
  }
  return inodes;
}

/** Its command line as it stands now: some programs write there what they are doing. */
export function readTitle(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trimEnd();
  } catch {
    return "";
  }
}

/** The first words of its command line, for people. */
export function programName(pid: number): string {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").filter(Boolean);
    if (words.length > 0) return words.slice(0, 3).join(" ").slice(0, 80);
    return readFileSync(`/proc/${pid}/comm`, "utf8").trim();
  } catch {
    return "a process";
  }
}
