import { cpus } from "node:os";
import { setTimeout } from "node:timers/promises";
import type { BusyBefore } from "../../../capacity/doubts.ts";
import type { Busy } from "../../../capacity/measurement.ts";
import type { Target } from "../../../targets/target.ts";

interface Ticks {
  readonly at: number;
  readonly idle: number;
  readonly all: number;
}

function ticks(): Ticks {
  let idle = 0;
  let all = 0;
  for (const { times } of cpus()) {
    idle += times.idle;
    all += times.user + times.nice + times.sys + times.idle + times.irq;
  }
  return { at: performance.now(), idle, all };
}

function busyCores(before: Ticks, after: Ticks): number {
  const all = after.all - before.all;
  return all <= 0 ? 0 : (1 - (after.idle - before.idle) / all) * cpus().length;
}

const DATA: readonly string[] = ["postgres", "pooler", "redis", "cache", "sentinel"];

/** Who uses the cores while something is done. The engine's figures are of the time since it was asked before. */
export async function watchCores<T extends { readonly generatorCores: number }>(
  target: Target,
  act: () => Promise<T>,
): Promise<{ readonly result: T; readonly busy: Busy }> {
  await target.ps();
  const before = ticks();
  const result = await act();
  const machine = busyCores(before, ticks());
  const { members } = await target.ps();
  const sum = (fits: (kind: string) => boolean): number | null => {
    const some = members.filter(({ kind }) => fits(kind));
    if (some.some(({ cpuPercent }) => cpuPercent === null)) return null;
    return some.reduce((total, { cpuPercent }) => total + (cpuPercent ?? 0) / 100, 0);
  };
  return {
    result,
    busy: {
      web: sum((kind) => kind === "web"),
      balancer: sum((kind) => kind === "balancer"),
      data: sum((kind) => DATA.includes(kind)),
      generator: result.generatorCores,
      machine,
    },
  };
}

/** Cores that are busy over a while in which nothing is sent. */
export async function busyFor(target: Target, milliseconds: number): Promise<BusyBefore> {
  const { busy } = await watchCores(target, async () => {
    await setTimeout(milliseconds);
    return { generatorCores: 0 };
  });
  const fleet = (busy.web ?? 0) + (busy.balancer ?? 0) + (busy.data ?? 0);
  return { fleet, others: Math.max(0, busy.machine - fleet) };
}
