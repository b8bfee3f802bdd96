import type { MemberName } from "../../fleet/member.ts";
import type { LostWrites } from "../../services/service.ts";
import { formatBytes } from "../../units/bytes.ts";
import { fence } from "./fence.ts";
import type { RecoveryParts } from "./recovery-parts.ts";

function tellLost(lost: LostWrites | null): string {
  if (lost === null) return "; how much it lacks of what was written cannot be told";
  if (lost.writes === 0) return "; it has all that was written";
  return `; about ${lost.writes} writes (${formatBytes(lost.bytes)}) had not reached it and are lost`;
}

/**
 * What follows the death of the durable Redis' master: a Sentinel is told at once instead of finding out, the TCP front
 * and the other servers follow whom it chose, and the former master comes back as a replica. Where no replica is fit, it
 * comes back as the master, with all that is in its file.
 */
export class RedisTakeover {
  readonly #parts: RecoveryParts;
  #running: Promise<void> | null = null;

  constructor(parts: RecoveryParts) {
    this.#parts = parts;
  }

  run(gone: MemberName, reason: string): Promise<void> {
    this.#running ??= this.#run(gone, reason).finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  get isAtWork(): boolean {
    return this.#running !== null;
  }

  async #run(gone: MemberName, reason: string): Promise<void> {
    const { members, services, tell } = this.#parts;
    tell(gone, "detected", reason);
    // A process that has ended answers nobody; what it forked to write its file only has to be gone before it comes back.
    const fenced = fence(this.#parts, gone).then(() => tell(gone, "fenced", "nothing of it is left"));
    const successor = await services.redis.takeOver(members.context(), gone);
    if (successor === null) {
      await fenced;
      tell(gone, "decided", `${gone} is started again: no replica is fit to take over`);
      await members.keeper(gone).start();
      return tell(gone, "done", `${gone} is the master again`);
    }
    const { master, lost } = successor;
    tell(master, "decided", `${master} takes over${tellLost(lost)}`);
    await this.follow(master);
    tell(master, "done", `${master} is the master now`);
    await fenced;
    await members.keeper(gone).start();
  }

  /** Makes the state, the front and the other servers agree with whoever leads. */
  async follow(master: MemberName): Promise<void> {
    const { members, services, store } = this.#parts;
    store.decideTopology({ redisMaster: master });
    await services.balancer.follow(members.context());
    const member = members.find(master);
    if (member !== undefined) await services.redis.gather(members.context(), member);
    await Promise.all(members.ofKind("redis").map(({ name }) => members.keeper(name).refresh()));
  }
}
