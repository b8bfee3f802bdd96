import type { FaultMessage } from "@tenfold/protocol";
import { CATALOGUE, type FaultCode } from "./catalogue.ts";

/** What can be told of a fault beside its message: how to mend it, lines to show (a list of problems), and the cause. */
export interface FaultDetail {
  readonly hint?: string | undefined;
  readonly lines?: readonly string[] | undefined;
  readonly cause?: unknown;
  /** Whole seconds after which it is worth trying again. */
  readonly retryAfter?: number | undefined;
}

/** A failure that the application, or who runs it, can act on. Any other throw is a bug. */
export class Fault extends Error {
  override readonly name = "Fault";
  readonly code: FaultCode;
  readonly hint: string | undefined;
  readonly lines: readonly string[];
  /** Whole seconds after which it is worth trying again. */
  readonly retryAfter: number | undefined;

  constructor(code: FaultCode, message: string, detail: FaultDetail = {}) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause });
    this.code = code;
    this.hint = detail.hint;
    this.lines = detail.lines ?? [];
    this.retryAfter = detail.retryAfter;
  }

  /** The HTTP status that tells it to a client. */
  get status(): number {
    return CATALOGUE[this.code].status;
  }

  /** What an answer that tells it has beside its status; by this name Express' own error page finds it. */
  get headers(): Readonly<Record<string, string>> {
    return this.status === 503 || this.status === 429 ? { "retry-after": `${this.retryAfter ?? 1}` } : {};
  }

  toJSON(): FaultMessage {
    return { code: this.code, message: this.message, hint: this.hint ?? null, lines: [...this.lines] };
  }
}

/** Whether it is a fault, of these codes if any are given. */
export function isFault(error: unknown, ...codes: readonly FaultCode[]): error is Fault {
  return error instanceof Fault && (codes.length === 0 || codes.includes(error.code));
}
