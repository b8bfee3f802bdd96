import type { Part } from "../context/index.ts";

/** Parts that are made when they are first asked for, and closed in the order in which they are given here. */
export class Assembly {
  readonly #makers: ReadonlyMap<string, () => Part>;
  readonly #made = new Map<string, Part>();
  #closing: Promise<void> | undefined;

  constructor(makers: ReadonlyMap<string, () => Part>) {
    this.#makers = makers;
  }

  get(name: string): Part {
    const known = this.#made.get(name);
    if (known !== undefined) return known;
    const make = this.#makers.get(name);
    if (make === undefined) throw new Error(`no part is called ${name}`);
    const part = make();
    this.#made.set(name, part);
    return part;
  }

  /** All are closed even when one of them throws; then what they threw is thrown. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#closeInOrder();
    return this.#closing;
  }

  async #closeInOrder(): Promise<void> {
    const errors: unknown[] = [];
    for (const name of this.#makers.keys()) {
      try {
        await this.#made.get(name)?.close();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw new AggregateError(errors, "parts did not close");
  }
}
