import { once } from "node:events";
import { createServer } from "node:net";

const given = new Set<number>();

/** Test files run at the same time, each in a process: each takes its ports from a range that is likely its own. */
const RANGE = 100;
const FIRST = 10_000 + (process.pid % 100) * RANGE;

/** A port that nobody listens on. Not one that the kernel gives to outgoing connections, and none twice. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * RANGE);
    if (given.has(port)) continue;
    given.add(port);
    const server = createServer();
    server.listen(port, "127.0.0.1");
    try {
      await once(server, "listening");
    } catch {
      continue;
    }
    server.close();
    await once(server, "close");
    return port;
  }
}
