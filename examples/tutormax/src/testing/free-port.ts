import { createServer, type ListenOptions, type Server } from "node:net";

/** Below what the kernel gives to outgoing connections, and below what Tenfold gives to members. */
const FIRST = 10_000;
const LAST = 19_999;

function listen(options: ListenOptions): Promise<Server | null> {
  const server = createServer((socket) => socket.destroy());
  return new Promise((resolve) => {
    server.once("error", () => resolve(null));
    server.listen(options, () => resolve(server));
  });
}

/**
 * A port that nobody listens on, and that no test is given as long as this process runs. Test files run at the same time,
 * and two HAProxies share a port without a word: a socket in Linux' abstract namespace stands for each that is given.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST + 1));
    const claim = await listen({ path: `\0tenfold-test-port-${port}` });
    if (claim === null) continue;
    const server = await listen({ port, host: "127.0.0.1", exclusive: true });
    if (server === null) {
      claim.close();
      continue;
    }
    await new Promise((resolve) => server.close(resolve));
    claim.unref();
    return port;
  }
}
