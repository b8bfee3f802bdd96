import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { WebSocket } from "ws";

/** How a WebSocket ended: milliseconds after the deploy began, and the code of its closing. */
export interface Closing {
  readonly after: number;
  readonly code: number;
}

/** Opens WebSockets, lets something happen, and gives how each of them ended by it, or within `within` milliseconds after. */
export async function socketsThrough(
  url: string,
  { count, act, within }: { readonly count: number; readonly act: () => Promise<void>; readonly within: number },
): Promise<readonly Closing[]> {
  const sockets = Array.from({ length: count }, () => new WebSocket(url.replace("http", "ws")));
  const closings: Closing[] = [];
  let began = performance.now();
  for (const socket of sockets) {
    socket.on("error", () => {});
    socket.once("close", (code) => closings.push({ after: performance.now() - began, code }));
  }
  await Promise.all(sockets.map((socket) => once(socket, "open")));
  if (closings.length > 0) throw new Error(`${closings.length} WebSockets ended before anything had happened`);
  began = performance.now();
  await act();
  const deadline = performance.now() + within;
  while (closings.length < count && performance.now() < deadline) await sleep(20);
  const ended = [...closings];
  for (const socket of sockets) socket.terminate();
  return ended;
}
