import { CATALOGUE, EXIT_CODES, type FaultCode } from "./catalogue.ts";

/** What can be told of a fault beside its message: how to mend it, and lines to show (a log's end, a list of problems). */
export interface FaultDetail {
  readonly hint?: string | undefined;
  readonly lines?: readonly string[] | undefined;
}

/** A failure that a user can act on. Any other throw is a bug. */
export class Fault extends Error {
  override readonly name = "Fault";
  readonly code: FaultCode;
  readonly hint: string | undefined;
  readonly lines: readonly string[];

  constructor(code: FaultCode, message: string, detail: FaultDetail = {}) {
    super(message);
    this.code = code;
    this.hint = detail.hint;
    this.lines = detail.lines ?? [];
  }

  get exit(): number {
    return EXIT_CODES[CATALOGUE[this.code].exit];
  }

  toJSON(): FaultData {
    return { code: this.code, message: this.message, hint: this.hint ?? null, lines: [...this.lines] };
  }

  /** The inverse of `toJSON`; a code of a newer version becomes `TF_ENGINE_VERSION`. */
  static fromJSON(data: FaultData): Fault {
    const code = data.code in CATALOGUE ? (data.code as FaultCode) : "TF_ENGINE_VERSION";
    return new Fault(code, data.message, { hint: data.hint ?? undefined, lines: data.lines });
  }
}

/** A fault on the wire. */
export interface FaultData {
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
  readonly lines: readonly string[];
}
