import { setTimeout as sleep } from "node:timers/promises";
import { type Latency, summarise } from "../../packages/tenfold/src/drill/check/latency.ts";
import { RequestWork } from "../../packages/tenfold/src/drill/work/request-work.ts";
import { type Closing, socketsThrough } from "../../tests/harness/sockets.ts";
import { DRAIN_SECONDS } from "./application.ts";
import type { Tool } from "./tool.ts";

export interface Load {
  readonly deploys: number;
  /** Requests a second: half on kept connections, half on fresh ones. */
  readonly rate: number;
  /** So many are sent at least. */
  readonly requests: number;
  readonly sockets: number;
}

export interface Figures {
  readonly name: string;
  readonly sent: number;
  /** Failures by what the visitor saw. */
  readonly failures: ReadonlyMap<string, number>;
  /** Sent again because the kept connection had been closed, as browsers do. */
  readonly retried: number;
  /** Milliseconds, from the intended send. */
  readonly latency: Latency;
  /** Milliseconds of each deploy. */
  readonly deploys: readonly number[];
  readonly sockets: readonly Closing[];
}

/** Replaces all instances again and again under load; then once more with WebSockets open. */
export async function measure(tool: Tool, { deploys, rate, requests, sockets }: Load): Promise<Figures> {
  const work = new RequestWork({ url: tool.url, rate });
  const took: number[] = [];
  try {
    const each = (requests / rate / deploys) * 1000;
    for (let at = 0; at < deploys; at += 1) {
      const began = performance.now();
      await tool.deploy();
      took.push(performance.now() - began);
      await sleep(Math.max(1_000, each - (performance.now() - began)));
    }
    await work.stop();
  } finally {
    work.close();
  }
  const failures = new Map<string, number>();
  for (const { ending, error, status } of work.records) {
    const seen = error ?? `status ${status}`;
    if (ending !== "ok") failures.set(seen, (failures.get(seen) ?? 0) + 1);
  }
  return {
    name: tool.name,
    sent: work.records.length,
    failures,
    retried: work.records.filter((record) => record.retried).length,
    latency: summarise(work.records.map(({ latency }) => latency)),
    deploys: took,
    sockets: await socketsThrough(tool.url, {
      count: sockets,
      act: () => tool.deploy(),
      within: DRAIN_SECONDS * 2_000,
    }),
  };
}
