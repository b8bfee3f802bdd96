import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import type { Launch } from "../../fleet/launch.ts";
import type { MemberName } from "../../fleet/member.ts";

const ROOT = "/sys/fs/cgroup";
const PERIOD_MICROS = 100_000;

/**
 * Limits by cgroup v2, a group a member, where the machine has it with the memory and cpu controllers and this user
 * may make groups. Elsewhere `isEnforced` is false and the engine watches memory itself.
 */
export class Limits {
  readonly #parent: string | null;

  constructor(fleet: string, root: string = ROOT) {
    this.#parent = prepareParent(root, fleet);
  }

  get isEnforced(): boolean {
    return this.#parent !== null;
  }

  /** Puts a process that was just started under its member's limits. Whatever it forks later is under them too. */
  apply(member: MemberName, pid: number, launch: Launch): void {
    if (this.#parent === null || (launch.memory === false && launch.cpu === false)) return;
    const group = `${this.#parent}/${member}`;
    mkdirSync(group, { recursive: true });
    writeFileSync(`${group}/memory.max`, launch.memory === false ? "max" : `${launch.memory}`);
    writeFileSync(
      `${group}/cpu.max`,
      launch.cpu === false ? "max" : `${Math.round(launch.cpu * PERIOD_MICROS)} ${PERIOD_MICROS}`,
    );
    writeFileSync(`${group}/cgroup.procs`, `${pid}`);
  }

  /** Removes a group whose processes are gone. */
  release(member: MemberName): void {
    if (this.#parent === null) return;
    try {
      rmdirSync(`${this.#parent}/${member}`);
    } catch {
      // Never made, or a process lingers in it; the next start uses it again.
    }
  }
}

function prepareParent(root: string, fleet: string): string | null {
  try {
    const controllers = readFileSync(`${root}/cgroup.controllers`, "utf8").split(/\s+/);
    if (!controllers.includes("memory") || !controllers.includes("cpu")) return null;
    const parent = `${root}/tenfold/${fleet}`;
    mkdirSync(parent, { recursive: true });
    for (const group of [root, `${root}/tenfold`, parent])
      writeFileSync(`${group}/cgroup.subtree_control`, "+memory +cpu");
    return existsSync(`${parent}/cgroup.procs`) ? parent : null;
  } catch {
    return null;
  }
}
