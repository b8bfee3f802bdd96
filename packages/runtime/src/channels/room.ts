import type { Unsubscribe } from "../redis/index.ts";
import { textFrame } from "./frame.ts";
import type { Log, Told } from "./log.ts";
import type { Member } from "./member.ts";
import { compareIds, FIRST, type FromServer, type Message, type MessageId, tellMessage } from "./message.ts";

interface Held {
  readonly id: MessageId;
  readonly previous: MessageId;
  readonly frame: Buffer;
}

/**
 * A room on this instance: `starting` until it knows where the room is; then messages are passed on as they come, as long
 * as each names the one that was passed on before it; when one does not, or the connection to Redis was lost, it is
 * `recovering`: what is missing is read from the log, and what comes meanwhile waits. A hole that the log cannot fill is
 * told to members as a gap, and never hidden.
 */
export class Room {
  readonly name: string;
  readonly members: Set<Member> = new Set();
  readonly #log: Log;
  readonly #failed: (error: unknown) => void;
  /** Who is on the way in, with what came meanwhile. */
  readonly #joining = new Map<Member, Held[]>();
  readonly #end: Unsubscribe;
  #last: MessageId | null = null;
  #starting: Promise<void> | undefined;
  #waiting: Message[] = [];
  #recovering = false;

  constructor(name: string, log: Log, failed: (error: unknown) => void) {
    this.name = name;
    this.#log = log;
    this.#failed = failed;
    // Before anything is read, so that nothing comes between.
    this.#end = log.listen(name, (told) => this.#hear(told));
  }

  get empty(): boolean {
    return this.members.size === 0 && this.#joining.size === 0;
  }

  /** Lets a member in: told where it is, then what it has missed, then what comes. Faults: those of Redis. */
  async join(member: Member, after: MessageId | null): Promise<void> {
    const held: Held[] = [];
    this.#joining.set(member, held);
    try {
      await this.#start();
      const here = [...(await this.#log.enter(this.name, [member.user]))];
      const missed = after === null ? null : await this.#log.after(this.name, after);
      if (!this.#joining.has(member)) return;
      this.#joining.delete(member);
      const gap = missed !== null && !missed.whole;
      const at = missed?.whole ? (after as MessageId) : this.#placeBefore([...(missed?.messages ?? []), ...held]);
      member.tell({ t: "joined", room: this.name, at, gap, here });
      let last = at;
      for (const message of missed?.messages ?? []) {
        member.sendFrame(textFrame(tellMessage(this.name, message)));
        last = message.id;
      }
      for (const { id, frame } of held) if (compareIds(id, last) > 0) member.sendFrame(frame);
      this.members.add(member);
    } finally {
      this.#joining.delete(member);
    }
  }

  leave(member: Member): void {
    this.#joining.delete(member);
    this.members.delete(member);
  }

  /** The connection to Redis is back: what was published meanwhile was missed. */
  resume(): void {
    if (this.#last !== null) void this.#recover();
  }

  close(): void {
    this.#end();
  }

  #start(): Promise<void> {
    this.#starting ??= this.#log.tail(this.name).then(
      (tail) => {
        this.#last = tail;
        const waiting = this.#waiting;
        this.#waiting = [];
        for (const message of waiting) this.#take(message);
      },
      (error: unknown) => {
        this.#starting = undefined;
        throw error;
      },
    );
    return this.#starting;
  }

  /** Where somebody is who is to get these, and nothing before. */
  #placeBefore(next: readonly { readonly previous: MessageId }[]): MessageId {
    return next[0]?.previous ?? this.#last ?? FIRST;
  }

  #hear(told: Told): void {
    if ("message" in told) this.#take(told.message);
    else this.#tell({ t: "here", room: this.name, ...told });
  }

  #take(message: Message): void {
    if (this.#last === null || this.#recovering) {
      this.#waiting.push(message);
      return;
    }
    if (compareIds(message.id, this.#last) <= 0) return;
    if (message.previous === this.#last) {
      this.#pass(message);
      return;
    }
    this.#waiting.push(message);
    void this.#recover();
  }

  #pass(message: Message): void {
    this.#last = message.id;
    const frame = textFrame(tellMessage(this.name, message));
    for (const held of this.#joining.values()) held.push({ id: message.id, previous: message.previous, frame });
    for (const member of this.members) member.sendFrame(frame);
  }

  async #recover(): Promise<void> {
    if (this.#recovering || this.#last === null) return;
    this.#recovering = true;
    try {
      const { messages, whole, tail } = await this.#log.after(this.name, this.#last);
      if (!whole) {
        this.#last = messages[0]?.previous ?? tail;
        this.#tell({ t: "gap", room: this.name, at: this.#last });
      }
      for (const message of messages) this.#pass(message);
    } catch (error) {
      // Redis is away again: when it is back there is another attempt.
      this.#failed(error);
      this.#waiting = [];
      return;
    } finally {
      this.#recovering = false;
    }
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const message of waiting) this.#take(message);
  }

  #tell(what: FromServer): void {
    const frame = textFrame(JSON.stringify(what));
    for (const member of this.members) member.sendFrame(frame);
  }
}
