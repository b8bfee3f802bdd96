import { Snapshot } from "../../drivers/process/family.ts";
import { type ProcStat, readStat } from "../../drivers/process/proc.ts";
import { isProcessAlive, signalProcess } from "../../drivers/process/session.ts";
import { Fault } from "../../fault/fault.ts";
import { takeLock } from "../../journal/lock.ts";
import { type Breaker, ENGINE_NAME, type Stroke, type Victim } from "../breaker.ts";

export interface LocalBreakerParts {
  /** The project's directory. */
  readonly directory: string;
  /** The pid of a member's leading process; `null` when none runs. */
  readonly member: (name: string) => Promise<number | null>;
  readonly engine: () => Promise<number | null>;
}

/** Breaks processes of this machine by signals. */
export class LocalBreaker implements Breaker {
  readonly #parts: LocalBreakerParts;
  readonly #frozen: ProcStat[] = [];

  constructor(parts: LocalBreakerParts) {
    this.#parts = parts;
  }

  reserve(): Disposable {
    const self = { pid: process.pid, startTime: readStat(process.pid)?.startTime ?? 0 };
    const lock = takeLock(`${this.#parts.directory}/.tenfold/drill.lock`, self, isProcessAlive);
    if ("path" in lock) return lock;
    throw new Fault("TF_LOCKED", `another drill is under way (pid ${lock.pid})`, {
      hint: "wait until it has ended, or end it with Ctrl-C where it was started",
    });
  }

  async aim(member: string): Promise<Victim> {
    const pid = await (member === ENGINE_NAME ? this.#parts.engine() : this.#parts.member(member));
    const stat = pid === null ? undefined : readStat(pid);
    if (stat === undefined || stat.state === "Z")
      throw new Fault("TF_NOT_RUNNING", `${member} does not run`, { hint: "tenfold ps shows what does" });
    return { member, pid: stat.pid, startTime: stat.startTime };
  }

  kill(victim: Victim, what: "leader" | "all"): Stroke {
    const at = performance.timeOrigin + performance.now();
    const all = what === "all" ? family(victim) : [victim];
    for (const { pid } of all) signalProcess(pid, "SIGKILL");
    return { ...victim, how: "kill", at };
  }

  freeze(victim: Victim): Stroke {
    const at = performance.timeOrigin + performance.now();
    // What is forked between the look and the signal is met by looking again.
    for (let look = 0; look < 2; look += 1) {
      for (const stat of family(victim).filter(({ state }) => state !== "T")) {
        this.#frozen.push(stat);
        signalProcess(stat.pid, "SIGSTOP");
      }
    }
    return { ...victim, how: "freeze", at };
  }

  isThere(victim: Victim): boolean {
    return isProcessAlive(victim);
  }

  thaw(): void {
    for (const stat of this.#frozen.splice(0)) if (isProcessAlive(stat)) signalProcess(stat.pid, "SIGCONT");
  }
}

function family({ member, pid, startTime }: Victim): ProcStat[] {
  // What the engine has started goes on without it.
  if (member !== ENGINE_NAME) return new Snapshot().family({ pid, startTime, log: "" }, false);
  const stat = readStat(pid);
  return stat === undefined ? [] : [stat];
}
