import type { MemberName } from "../fleet/member.ts";
import { logFile } from "../fleet/paths.ts";
import { renderMember } from "../render/render.ts";
import { bytes, formatBytes } from "../units/bytes.ts";
import type { Members } from "./members.ts";
import type { Sampler } from "./sampler.ts";

const EVERY_MS = 5_000;

export interface HousekeepingParts {
  readonly members: Members;
  readonly sampler: Sampler;
  /** Replaces a member that uses more memory than it may, dropping nothing that can be kept. */
  readonly recycle: (name: MemberName, reason: string) => void;
}

/** What is done every few seconds: figures, log rotation, memory limits where the kernel does not enforce them. */
export class Housekeeping {
  readonly #parts: HousekeepingParts;
  readonly #timer: NodeJS.Timeout;
  readonly #over = new Set<MemberName>();

  constructor(parts: HousekeepingParts) {
    this.#parts = parts;
    this.#timer = setInterval(() => this.#tick(), EVERY_MS).unref();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    const { members, sampler } = this.#parts;
    const { spec, paths } = members.fleet;
    const running = new Map(
      [...members.keepers.values()].flatMap(({ name, running }) =>
        running === null ? [] : [[name, running] as const],
      ),
    );
    const samples = sampler.sample(running);
    for (const [name, { memoryBytes }] of samples) this.#watchMemory(name, memoryBytes);
    for (const name of running.keys()) members.driver.rotateLog(logFile(paths, name), spec.logs);
    members.driver.recordLogTimes(`${paths.home}/logs`, members.now());
  }

  /** Over the limit twice in a row: a single peak of garbage is no leak. */
  #watchMemory(name: MemberName, used: number): void {
    const { members, recycle } = this.#parts;
    const member = members.find(name);
    const limit = member === undefined ? false : renderMember(members.fleet, member).launch.memory;
    if (limit === false || used <= limit || members.driver.enforcesLimits) {
      this.#over.delete(name);
    } else if (this.#over.delete(name)) {
      recycle(name, `uses ${formatBytes(bytes(used))}, more than its ${formatBytes(limit)}`);
    } else {
      this.#over.add(name);
    }
  }
}
