import type { Running } from "../../fleet/state.ts";
import { listPids, type ProcStat, readDescriptor, readStat } from "./proc.ts";

/** Where a process's output goes: the log of the member that it belongs to, unless it redirected both streams. */
function outputsOf(pid: number): string[] {
  return [1, 2].flatMap((descriptor) => readDescriptor(pid, descriptor)?.replace(/ \(deleted\)$/, "") ?? []);
}

/** Every process of the machine at a moment; zombies are not counted. */
export class Snapshot {
  readonly #stats: readonly ProcStat[];
  readonly #children = new Map<number, ProcStat[]>();
  readonly #outputs = new Map<number, readonly string[]>();

  constructor() {
    this.#stats = listPids().flatMap((pid) => {
      const stat = readStat(pid);
      return stat === undefined || stat.state === "Z" ? [] : [stat];
    });
    for (const stat of this.#stats) {
      const siblings = this.#children.get(stat.parent);
      if (siblings === undefined) this.#children.set(stat.parent, [stat]);
      else siblings.push(stat);
    }
  }

  get stats(): readonly ProcStat[] {
    return this.#stats;
  }

  /**
   * The processes of a member: its leader, the leader's session, and all their descendants (PostgreSQL's backends make
   * sessions of their own). `orphans`: also those that lost their parent and still write to the member's log.
   */
  family({ pid, startTime, log }: Running, orphans: boolean): ProcStat[] {
    const found = new Map<number, ProcStat>();
    const add = (stat: ProcStat): void => {
      if (found.has(stat.pid)) return;
      found.set(stat.pid, stat);
      for (const child of this.#children.get(stat.pid) ?? []) add(child);
    };
    // A pid is given out again only when no session has it: then all of the session are that other process' own.
    const isAnother = this.#stats.some((stat) => stat.pid === pid && stat.startTime !== startTime);
    for (const stat of this.#stats) {
      if (!isAnother && (stat.pid === pid || stat.session === pid)) add(stat);
      else if (orphans && stat.startTime >= startTime && this.#writesTo(stat.pid, log)) add(stat);
    }
    return [...found.values()];
  }

  #writesTo(pid: number, log: string): boolean {
    let outputs = this.#outputs.get(pid);
    if (outputs === undefined) {
      outputs = outputsOf(pid);
      this.#outputs.set(pid, outputs);
    }
    return outputs.includes(log);
  }
}
