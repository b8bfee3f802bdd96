import { Limits } from "../../src/drivers/process/limits.ts";
import { ProcessDriver } from "../../src/drivers/process/process-driver.ts";
import type { Launch } from "../../src/fleet/launch.ts";
import type { User } from "../../src/fleet/machine.ts";
import type { MemberName } from "../../src/fleet/member.ts";
import type { Running } from "../../src/fleet/state.ts";

/** The driver of a machine, as the current user, that remembers what it started. */
export class LabDriver extends ProcessDriver {
  readonly #started: Running[] = [];

  constructor(user: User) {
    super({ engine: user, service: user, application: user }, new Limits("edge-lab", "/nonexistent"));
  }

  override async start(member: MemberName, launch: Launch): Promise<Running> {
    const running = await super.start(member, launch);
    this.#started.push(running);
    return running;
  }

  /** Ends every session that was started; what is left even then is returned. */
  async killAll(): Promise<readonly Running[]> {
    for (const running of this.#started) this.signal(running, "SIGKILL", "session");
    const left = (): Running[] => this.#started.filter((running) => this.hasRemains(running));
    for (let tries = 0; left().length > 0 && tries < 200; tries += 1) await new Promise((r) => setTimeout(r, 10));
    this.close();
    return left();
  }
}
