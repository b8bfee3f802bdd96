const HIDDEN = "[secret]";

/**
 * Text that must not be shown. Printing, joining or serialising it yields `[secret]`;
 * only `reveal()` gives the text, so a leak is a visible call.
 */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return HIDDEN;
  }

  toJSON(): string {
    return HIDDEN;
  }
}
