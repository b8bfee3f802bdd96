import { isApplication, type MemberName } from "../fleet/member.ts";
import { logFile } from "../fleet/paths.ts";
import { renderMember } from "../render/render.ts";
import { type Bytes, bytes, formatBytes } from "../units/bytes.ts";
import type { Members } from "./members.ts";
import type { Sampler } from "./sampler.ts";
import { ScrapeTargets } from "./scrape-targets.ts";

const EVERY_MS = 5_000;

export interface HousekeepingParts {
  readonly members: Members;
  readonly sampler: Sampler;
  /** Replaces a member that uses more memory than it may, dropping nothing that can be kept. */
  readonly recycle: (name: MemberName, reason: string) => void;
  /** Stops instances that were kept warm for long enough. */
  readonly retire: () => void;
}

/** What is done every few seconds: the list of what Prometheus reads, log rotation, memory limits where the kernel does not enforce them. */
export class Housekeeping {
  readonly #parts: HousekeepingParts;
  readonly #timer: NodeJS.Timeout;
  readonly #over = new Set<MemberName>();
  readonly #targets: ScrapeTargets;

  constructor(parts: HousekeepingParts) {
    this.#parts = parts;
    this.#targets = new ScrapeTargets(parts.members);
    this.#timer = setInterval(() => this.#tick(), EVERY_MS).unref();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    const { members, sampler, retire } = this.#parts;
    retire();
    const { spec, paths } = members.fleet;
    const running = new Map(
      [...members.keepers.values()].flatMap(({ name, running }) =>
        running === null ? [] : [[name, running] as const],
      ),
    );
    const limited = members.driver.enforcesLimits
      ? []
      : [...running.keys()].filter((name) => this.#limitOf(name) !== false);
    if (limited.length > 0) {
      const samples = sampler.sample(running);
      for (const name of limited) this.#watchMemory(name, samples.get(name)?.memoryBytes ?? 0);
    }
    void this.#targets.refresh();
    for (const name of running.keys()) members.driver.rotateLog(logFile(paths, name), spec.logs);
    members.driver.recordLogTimes(`${paths.home}/logs`, members.now());
  }

  /** Only processes of the application have limits. */
  #limitOf(name: MemberName): Bytes | false {
    const { members } = this.#parts;
    const member = members.find(name);
    if (member === undefined || !isApplication(member.kind)) return false;
    return renderMember(members.fleet, member).launch.memory;
  }

  /** Over the limit twice in a row: a single peak of garbage is no leak. */
  #watchMemory(name: MemberName, used: number): void {
    const { recycle } = this.#parts;
    const limit = this.#limitOf(name);
    if (limit === false || used <= limit) {
      this.#over.delete(name);
    } else if (this.#over.delete(name)) {
      recycle(name, `uses ${formatBytes(bytes(used))}, more than its ${formatBytes(limit)}`);
    } else {
      this.#over.add(name);
    }
  }
}
