import type { ShareOfCore } from "./cores.ts";

/**
 * Works on one request after the other and waits instead of computing, for a time that is drawn anew for each: its
 * capacity is one of instances and not of the machine's cores. `BOOT` milliseconds pass before it listens.
 */
export const WAITING = `
import { createServer } from "node:http";
const { PORT, HOST, SERVICE, VARIATION, BOOT } = process.env;
const variance = Math.log(1 + Number(VARIATION) ** 2);
const normal = () => Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
const time = () => Number(SERVICE) * Math.exp(Math.sqrt(variance) * normal() - variance / 2);
let free = Promise.resolve();
const server = createServer((request, response) => {
  if (request.url === "/health") return response.end("ok");
  free = free.then(() => new Promise((resolve) => setTimeout(() => resolve(void response.end("ok")), time())));
});
setTimeout(() => server.listen(PORT, HOST), Number(BOOT));
process.on("SIGTERM", () => server.close(() => process.exit(0)));
`;

/** Computes for each request: what it can do is what the cores give it. */
export const COMPUTING = `
import { pbkdf2Sync } from "node:crypto";
import { createServer } from "node:http";
const { PORT, HOST, ROUNDS } = process.env;
const server = createServer((request, response) => {
  if (request.url === "/health") return response.end("ok");
  response.end(pbkdf2Sync("a", "b", Number(ROUNDS), 32, "sha256").toString("hex"));
});
server.listen(PORT, HOST);
process.on("SIGTERM", () => server.close(() => process.exit(0)));
`;

/** Computes for a part of the time and waits for the rest, one request after the other, as with a database behind it. */
export const MIXED = `
import { pbkdf2Sync } from "node:crypto";
import { createServer } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
const { PORT, HOST, ROUNDS, WAIT } = process.env;
const random = () => -Math.log(1 - Math.random());
let free = Promise.resolve();
const server = createServer((request, response) => {
  if (request.url === "/health") return response.end("ok");
  free = free.then(async () => {
    await pause(Number(WAIT) * random());
    response.end(pbkdf2Sync("a", "b", Number(ROUNDS), 32, "sha256").toString("hex"));
  });
});
server.listen(PORT, HOST);
process.on("SIGTERM", () => server.close(() => process.exit(0)));
`;

export interface FileOptions {
  readonly port: number;
  /** `2`, or `{ min: 2, max: 9 }`. */
  readonly instances: string;
  readonly env: Readonly<Record<string, number>>;
  /** Requests that an instance gets at once; absent: no bound. */
  readonly concurrency?: number;
  /** Milliseconds. */
  readonly target?: number;
  readonly share?: Pick<ShareOfCore, "before" | "lines">;
}

/** The web tier alone; no slow start, so that an instance that is ready is there in full. */
export function fleetFile({ port, instances, env, concurrency, target, share }: FileOptions): string {
  return `name: validate
web:
  command: ${share?.before ?? ""}node server.mjs
  instances: ${instances}
  health: /health
  slowStart: 0s
${share?.lines ?? ""}${concurrency === undefined ? "" : `  concurrency: ${concurrency}\n`}${target === undefined ? "" : `  scale: { target: ${target}ms }\n`}balancer: { port: ${port}, rateLimit: false, timeouts: { queue: 60s } }
env:
${Object.entries(env)
  .map(([name, value]) => `  ${name}: "${value}"`)
  .join("\n")}
`;
}
