import { once } from "node:events";
import { createServer } from "node:net";

const given = new Set<number>();

/** A port that nobody listens on. Not one that the kernel gives to outgoing connections, and none twice. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 10_000);
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
