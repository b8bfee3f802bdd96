import { cpus } from "node:os";
import type { MachineFigures } from "../fleet/figures.ts";

interface Ticks {
  readonly idle: number;
  readonly all: number;
}

function ticks(): Ticks {
  let [idle, all] = [0, 0];
  for (const { times } of cpus()) {
    idle += times.idle;
    all += times.user + times.nice + times.sys + times.idle + times.irq;
  }
  return { idle, all };
}

/** How busy the machine was since it was asked before, whoever it was for. */
export class MachineCores {
  #before: Ticks | null = null;

  /** `null`: it is asked for the first time, or no time has passed. */
  look(): MachineFigures | null {
    const [before, now] = [this.#before, ticks()];
    this.#before = now;
    if (before === null || now.all <= before.all) return null;
    const cores = cpus().length;
    return { cores, busy: (1 - (now.idle - before.idle) / (now.all - before.all)) * cores };
  }
}
