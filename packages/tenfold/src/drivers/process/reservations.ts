import { createServer, type Server } from "node:net";
import type { Port } from "../../units/port.ts";

/** Of this process, whichever driver made them. */
const reservations = new Map<Port, Server>();

function listen(port: Port, host: string): Promise<Server | null> {
  const server = createServer((socket) => socket.destroy());
  return new Promise((resolve) => {
    server.once("error", () => resolve(null));
    server.listen({ port, host, exclusive: true }, () => resolve(server));
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}

export async function isPortFree(port: Port, host: string): Promise<boolean> {
  if (reservations.has(port)) return true;
  const server = await listen(port, host);
  if (server !== null) await close(server);
  return server !== null;
}

/** Holds a port until it is released or this process ends; `false` when somebody was faster. */
export async function reservePort(port: Port, host: string): Promise<boolean> {
  if (reservations.has(port)) return true;
  const server = await listen(port, host);
  if (server !== null) reservations.set(port, server.unref());
  return server !== null;
}

export async function releasePort(port: Port): Promise<void> {
  const server = reservations.get(port);
  reservations.delete(port);
  if (server !== undefined) await close(server);
}
