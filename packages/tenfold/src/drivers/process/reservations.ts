import { connect, createServer, type ListenOptions, type Server } from "node:net";
import type { Port } from "../../units/port.ts";

/** Of this process, whichever driver made them. */
const reservations = new Map<Port, Server>();
/**
 * Sockets that stand for ports that this engine gives to a member. The port itself has to be free for a moment before the
 * member listens, and HAProxy shares a port with whoever else of its user listens there: another engine must not take it
 * in that moment. The kernel frees them when the process ends.
 */
const claims = new Map<Port, Server>();

function listen(options: ListenOptions): Promise<Server | null> {
  const server = createServer((socket) => socket.destroy());
  return new Promise((resolve) => {
    server.once("error", () => resolve(null));
    server.listen(options, () => resolve(server));
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}

/** In Linux' abstract namespace: no file is left of it. */
function claimPath(port: Port): string {
  return `\0tenfold-port-${port}`;
}

function isClaimedByAnother(port: Port): Promise<boolean> {
  if (claims.has(port)) return Promise.resolve(false);
  return new Promise((resolve) => {
    const socket = connect({ path: claimPath(port) });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

/** To other engines it is taken from now on; `false` when one of them has it. */
export async function claimPort(port: Port): Promise<boolean> {
  if (claims.has(port)) return true;
  const server = await listen({ path: claimPath(port) });
  if (server !== null) claims.set(port, server.unref());
  return server !== null;
}

export async function isPortFree(port: Port, host: string): Promise<boolean> {
  if (reservations.has(port)) return true;
  const server = await listen({ port, host, exclusive: true });
  if (server !== null) await close(server);
  return server !== null && !(await isClaimedByAnother(port));
}

/** Holds a port until it is released or this process ends; `false` when somebody was faster. */
export async function reservePort(port: Port, host: string): Promise<boolean> {
  if (reservations.has(port)) return true;
  const server = await listen({ port, host, exclusive: true });
  if (server === null) return false;
  if (!(await claimPort(port))) {
    await close(server);
    return false;
  }
  reservations.set(port, server.unref());
  return true;
}

/** A member is about to listen there. To other engines it stays taken. */
export async function releasePort(port: Port): Promise<void> {
  const server = reservations.get(port);
  reservations.delete(port);
  if (server !== undefined) await close(server);
}
