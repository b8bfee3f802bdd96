import { readFileSync } from "node:fs";
import { type Port, parsePort } from "../../units/port.ts";

/** A TCP socket as /proc/net/tcp shows it. */
export interface Socket {
  readonly localPort: Port;
  readonly state: "listening" | "established" | "other";
  readonly inode: string;
}

const STATES: Readonly<Record<string, Socket["state"]>> = { "0A": "listening", "01": "established" };

/** Reads /proc/net/tcp or /proc/net/tcp6. */
export function parseSockets(text: string): Socket[] {
  const sockets: Socket[] = [];
  for (const line of text.split("\n").slice(1)) {
    const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
    if (local === undefined || state === undefined || inode === undefined) continue;
    const localPort = parsePort(Number.parseInt(local.slice(local.lastIndexOf(":") + 1), 16));
    if (localPort !== undefined) sockets.push({ localPort, state: STATES[state] ?? "other", inode });
  }
  return sockets;
}

export function readSockets(): Socket[] {
  return ["/proc/net/tcp", "/proc/net/tcp6"].flatMap((file) => {
    try {
      return parseSockets(readFileSync(file, "latin1"));
    } catch {
      return [];
    }
  });
}
