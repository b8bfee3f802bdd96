import { setTimeout as sleep } from "node:timers/promises";
import { threadId } from "node:worker_threads";
import { type Transferred, transferred } from "./transferred.ts";

export const notATask = 1;

export function double(number: number): number {
  return number * 2;
}

export async function later<T>(value: T): Promise<T> {
  await sleep(1);
  return value;
}

export function thread(): number {
  return threadId;
}

/** Computes for so many milliseconds, and nothing in its thread can stop it. */
export function spin(milliseconds: number): number {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
  return threadId;
}

export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly code = "E_REFUSED";
}

export function refuse(message: string): never {
  throw new Refusal(message);
}

export function refuseOdd(number: number): number {
  if (number % 2 === 1) throw new Refusal(`${number} is odd`);
  return number;
}

export function exit(): void {
  process.exit(3);
}

export function fill(): number {
  const held: number[][] = [];
  for (;;) held.push(new Array(100_000).fill(held.length));
}

export function fillBytes(bytes: Uint8Array<ArrayBuffer>): Transferred<Uint8Array<ArrayBuffer>> {
  bytes.fill(7);
  return transferred(bytes, [bytes.buffer]);
}

export function uncopyable(): unknown {
  return () => {};
}

/** Waits until the flag in shared memory is raised, having counted itself. */
export function hold(shared: SharedArrayBuffer): number {
  const cells = new Int32Array(shared);
  Atomics.add(cells, 1, 1);
  Atomics.wait(cells, 0, 0);
  return threadId;
}
