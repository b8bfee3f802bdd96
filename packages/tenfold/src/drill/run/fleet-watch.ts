import type { FleetEvent } from "@tenfold/protocol";
import type { Target } from "../../targets/target.ts";
import type { Mark } from "../report/evidence.ts";
import { pause } from "../work/clock.ts";

const AGAIN_AFTER_MS = 100;

/** Follows what the engine tells, also after the engine was started again. */
export class FleetWatch {
  readonly marks: Mark[] = [];
  readonly #stop = new AbortController();
  readonly #ended: Promise<void>;
  readonly #states = new Map<string, string>();
  readonly #noticed = new Map<string, number[]>();

  constructor(target: Pick<Target, "events">) {
    this.#ended = this.#follow(target);
    this.#ended.catch(() => {});
  }

  mark(mark: Mark): void {
    this.marks.push(mark);
  }

  /** When the engine first knew that something is wrong with a member, at or after a time; `null`: not yet. */
  noticedAt(member: string, since: number): number | null {
    return this.#noticed.get(member)?.find((at) => at >= since) ?? null;
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#ended;
  }

  async #follow(target: Pick<Target, "events">): Promise<void> {
    while (!this.#stop.signal.aborted) {
      await target.events((event) => this.#take(event), this.#stop.signal);
      await pause(AGAIN_AFTER_MS, this.#stop.signal);
    }
  }

  #take(event: FleetEvent): void {
    if (event.kind === "repair") {
      const { at, member, stage, detail } = event;
      this.marks.push({ at, kind: "repair", member, text: `${stage}: ${detail}` });
      if (stage === "detected") this.#notice(member, at);
    } else if (event.kind === "member") {
      const { at, name, state, detail } = event;
      // A member tells its details again and again.
      if (this.#states.get(name) !== state)
        this.marks.push({ at, kind: "member", member: name, text: detail === null ? state : `${state}: ${detail}` });
      this.#states.set(name, state);
      if (state === "failed" || state === "stopped") this.#notice(name, at);
    }
  }

  #notice(member: string, at: number): void {
    const known = this.#noticed.get(member);
    if (known === undefined) this.#noticed.set(member, [at]);
    else known.push(at);
  }
}
