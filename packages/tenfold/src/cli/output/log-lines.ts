import type { LogLine } from "../../targets/target.ts";
import { harmless, type Paint, paintName } from "./style.ts";

/** `web-1 | text`, with names that line up as far as they are known. */
export class LogLines {
  readonly #paint: Paint;
  #width = 0;

  constructor(paint: Paint) {
    this.#paint = paint;
  }

  format({ member, text }: LogLine): string {
    this.#width = Math.max(this.#width, member.length);
    return `${paintName(this.#paint, member, `${member.padEnd(this.#width)} |`)} ${harmless(text)}\n`;
  }
}
