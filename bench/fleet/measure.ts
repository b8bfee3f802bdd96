import { readFileSync } from "node:fs";
import { get } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1
    ? (sorted[Math.floor(middle)] ?? Number.NaN)
    : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
}

/** The status that a URL answers with on a connection of its own; `null` when it does not answer. */
export function statusOf(url: string): Promise<number | null> {
  return new Promise((resolve) => {
    const asked = get(url, { agent: false, timeout: 2_000 }, (response) => {
      response.resume().once("close", () => resolve(response.statusCode ?? null));
    });
    asked.once("timeout", () => asked.destroy());
    asked.once("error", () => resolve(null));
  });
}

/** Milliseconds from `since` until a URL answers with 200. Asks again and again, 5 ms apart. */
export async function firstAnswer(url: string, since: number, within = 120_000): Promise<number> {
  for (;;) {
    if ((await statusOf(url)) === 200) return performance.now() - since;
    if (performance.now() - since > within) throw new Error(`${url} did not answer within ${within / 1000} s`);
    await sleep(5);
  }
}

/** What a process uses: resident bytes, without those that belong to files. */
export function residentBytes(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) * 1024;
}

function cpuTicks(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /, "")
    .split(" ");
  return Number(fields[11]) + Number(fields[12]);
}

/** Percent of one core that a process uses over so many milliseconds. A tick of the kernel's clock is 10 ms. */
export async function cpuPercent(pid: number, over: number): Promise<number> {
  const [before, since] = [cpuTicks(pid), performance.now()];
  await sleep(over);
  return ((cpuTicks(pid) - before) * 10 * 100) / (performance.now() - since);
}
