import { Fault } from "../fault/index.ts";
import type { Changes } from "./session-store.ts";

/** The fields of one session as one request sees them, and what it has changed. */
export class Fields {
  /** As they are stored, as far as is known. */
  readonly #stored: Map<string, string>;
  /** What was read or set, as values: an object may be changed in place. */
  readonly #values = new Map<string, unknown>();
  readonly #written = new Set<string>();

  constructor(stored: ReadonlyMap<string, string> = new Map()) {
    this.#stored = new Map(stored);
  }

  names(): string[] {
    const all = new Set([...this.#stored.keys(), ...this.#values.keys()]);
    return [...all].filter((name) => this.get(name) !== undefined);
  }

  get(name: string): unknown {
    if (this.#values.has(name)) return this.#values.get(name);
    const json = this.#stored.get(name);
    if (json === undefined) return undefined;
    const value: unknown = JSON.parse(json);
    this.#values.set(name, value);
    return value;
  }

  /** `undefined` deletes. */
  set(name: string, value: unknown): void {
    this.#values.set(name, value);
    this.#written.add(name);
  }

  /** What the store has by now, by a command that did not go through here. */
  stored(name: string, json: string | null): void {
    if (json === null) this.#stored.delete(name);
    else this.#stored.set(name, json);
    this.#values.delete(name);
    this.#written.delete(name);
  }

  json(name: string): string | null {
    return this.#stored.get(name) ?? null;
  }

  /**
   * What was set, and what was read and then changed in place. It counts as stored from now on; `putBack` undoes that.
   * Throws `TF_RT_SESSION_SIZE`.
   */
  takeChanges(maxBytes: number): Changes {
    const changes = new Map<string, string | null>();
    let bytes = 0;
    for (const [name, value] of this.#values) {
      const readOnly = !this.#written.has(name);
      if (readOnly && (typeof value !== "object" || value === null)) continue;
      const json = value === undefined ? null : (JSON.stringify(value) ?? null);
      if (readOnly && json === this.#stored.get(name)) continue;
      changes.set(name, json);
      bytes += Buffer.byteLength(name) + (json === null ? 0 : Buffer.byteLength(json));
    }
    if (bytes > maxBytes) {
      throw new Fault("TF_RT_SESSION_SIZE", `the session's fields have ${bytes} bytes; at most ${maxBytes} are kept`, {
        hint: "keep what is large in the database or in storage, and its key in the session",
      });
    }
    for (const [name, json] of changes) {
      this.#written.delete(name);
      if (json === null) this.#stored.delete(name);
      else this.#stored.set(name, json);
    }
    return changes;
  }

  /** They were not stored after all; what was set since wins. */
  putBack(changes: Changes): void {
    for (const [name, json] of changes) {
      if (!this.#values.has(name)) this.#values.set(name, json === null ? undefined : JSON.parse(json));
      this.#written.add(name);
    }
  }

  clear(): void {
    this.#stored.clear();
    this.#values.clear();
    this.#written.clear();
  }
}
