import type { MemberName } from "../fleet/member.ts";
import type { Topology } from "../fleet/state.ts";
import type { StoredMember, StoredState } from "../journal/state.ts";
import type { StateFile } from "../journal/state-file.ts";

const WRITE_AFTER_MS = 20;

/**
 * The engine's only copy of its state. `decide` is durable when it returns, for what must be written before anyone
 * acts on it; `note` is written a moment later, for what can be seen in the world again after a crash.
 */
export class Store {
  readonly #file: StateFile;
  #state: StoredState;
  #timer: NodeJS.Timeout | undefined;

  constructor(file: StateFile, state: StoredState) {
    this.#file = file;
    this.#state = state;
  }

  get state(): StoredState {
    return this.#state;
  }

  /** Faults: TF_DISK_FULL, TF_NOT_WRITABLE; the state is then as before. */
  decide(change: Partial<StoredState>): void {
    const next = { ...this.#state, ...change };
    this.#file.write(next);
    this.#state = next;
    this.#cancel();
  }

  note(change: Partial<StoredState>): void {
    this.#state = { ...this.#state, ...change };
    this.#timer ??= setTimeout(() => this.flush(), WRITE_AFTER_MS);
  }

  /** Writes what was noted. A full disk is told by the next decision; what was noted can be seen again in the world. */
  flush(): void {
    if (this.#timer === undefined) return;
    this.#cancel();
    try {
      this.#file.write(this.#state);
    } catch {
      // See above.
    }
  }

  decideTopology(change: Partial<Topology>): void {
    this.decide({ topology: { ...this.#state.topology, ...change } });
  }

  noteTopology(change: Partial<Topology>): void {
    this.note({ topology: { ...this.#state.topology, ...change } });
  }

  member(name: MemberName): StoredMember | undefined {
    return this.#state.members.find((member) => member.name === name);
  }

  noteMember(member: StoredMember): void {
    const others = this.#state.members.filter(({ name }) => name !== member.name);
    this.note({ members: [...others, member] });
  }

  /** Of a member that is known; nothing otherwise, nor when it is so already. */
  changeMember(name: MemberName, change: Partial<StoredMember>): void {
    const known = this.member(name);
    if (known === undefined) return;
    const isSo = Object.entries(change).every(([key, value]) => known[key as keyof StoredMember] === value);
    if (!isSo) this.noteMember({ ...known, ...change });
  }

  forgetMember(name: MemberName): void {
    this.note({ members: this.#state.members.filter((member) => member.name !== name) });
  }

  #cancel(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
