import { releasePort, reservePort } from "../drivers/process/reservations.ts";
import { type Port, port } from "../units/port.ts";

/** Below what the kernel gives to outgoing connections, and below what Tenfold gives to members. */
const FIRST = 10_000;
const LAST = 19_999;

const given = new Set<Port>();

/**
 * A port that nobody listens on, and that no other test and no engine is given as long as this process runs. Test files
 * run at the same time, and two HAProxies share a port without a word.
 */
export async function freePort(): Promise<Port> {
  for (;;) {
    const candidate = port(FIRST + Math.floor(Math.random() * (LAST - FIRST + 1)));
    if (given.has(candidate) || !(await reservePort(candidate, "127.0.0.1"))) continue;
    given.add(candidate);
    await releasePort(candidate);
    return candidate;
  }
}
