import { Snapshot } from "./family.ts";
import { readSockets, type Socket } from "./sockets.ts";

/**
 * What /proc shows in this turn of the event loop, read once however many ask: two hundred members that are looked at
 * together cost as much as one.
 */
export class Moment {
  #snapshot: Snapshot | undefined;
  #sockets: readonly Socket[] | undefined;

  get snapshot(): Snapshot {
    this.#snapshot ??= this.#passing(() => new Snapshot());
    return this.#snapshot;
  }

  get sockets(): readonly Socket[] {
    this.#sockets ??= this.#passing(readSockets);
    return this.#sockets;
  }

  #passing<T>(read: () => T): T {
    setImmediate(() => {
      this.#snapshot = undefined;
      this.#sockets = undefined;
    });
    return read();
  }
}
