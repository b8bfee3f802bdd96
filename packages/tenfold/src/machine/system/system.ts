import { readFile } from "node:fs/promises";

/** Package managers whose commands are known. */
export type PackageManager = "apt" | "dnf" | "apk" | "pacman" | "zypper" | "brew";

/** What is installed here, as far as it decides on packages. */
export interface System {
  /** `Debian GNU/Linux 12 (bookworm)`: for people. */
  readonly name: string;
  /** `debian`, `ubuntu`, `fedora`, `rhel`, `macos`, ... */
  readonly id: string;
  /** The first number of its version; 0 when it has none. */
  readonly major: number;
  /** `null`: not known. */
  readonly manager: PackageManager | null;
}

/** Distributions by the manager they use; others are found by what they say that they are like. */
const MANAGERS: Readonly<Record<string, PackageManager>> = {
  debian: "apt",
  ubuntu: "apt",
  fedora: "dnf",
  rhel: "dnf",
  centos: "dnf",
  rocky: "dnf",
  almalinux: "dnf",
  amzn: "dnf",
  alpine: "apk",
  arch: "pacman",
  suse: "zypper",
  opensuse: "zypper",
  "opensuse-leap": "zypper",
  "opensuse-tumbleweed": "zypper",
};

/** Reads `/etc/os-release`. */
export function parseOsRelease(text: string): System {
  const field = (name: string): string => {
    const line = new RegExp(`^${name}=(.*)$`, "m").exec(text);
    return (line?.[1] ?? "").trim().replace(/^(["'])(.*)\1$/, "$2");
  };
  const id = field("ID") || "linux";
  const manager = [id, ...field("ID_LIKE").split(/\s+/)].map((one) => MANAGERS[one]).find((one) => one !== undefined);
  return {
    name: field("PRETTY_NAME") || field("NAME") || "Linux",
    id,
    major: Number.parseInt(field("VERSION_ID"), 10) || 0,
    manager: manager ?? null,
  };
}

/** Which system this is. */
export async function observeSystem(): Promise<System> {
  if (process.platform === "darwin") return { name: "macOS", id: "macos", major: 0, manager: "brew" };
  if (process.platform !== "linux") return { name: process.platform, id: process.platform, major: 0, manager: null };
  const read = (path: string): Promise<string> => readFile(path, "utf8").catch(() => "");
  return parseOsRelease((await read("/etc/os-release")) || (await read("/usr/lib/os-release")));
}
