import type { ReplyRule } from "../scenario/scenario.ts";

/** A message that was sent. Milliseconds since the run began. */
export interface SentMessage {
  readonly intendedAt: number;
  readonly sentAt: number;
  /** What an answer to it holds, where answers are known by that: any of these. */
  readonly marks: readonly string[];
}

export interface RepliesOptions {
  readonly rule: ReplyRule;
  readonly timeoutMs: number;
  readonly onAnswer: (message: SentMessage) => void;
  /** Called once for each message that was not answered in time. */
  readonly onTimeout: (message: SentMessage) => void;
  /** Called for what came while no message waited, where answers are taken in their order. */
  readonly onUnasked: () => void;
}

interface Waiting {
  readonly message: SentMessage;
  readonly timer: NodeJS.Timeout;
  /** Its answer may still come, and is not that of the message after it. */
  isLate: boolean;
}

const WORD = /[\p{L}\p{N}_]/u;

/** Whether a text holds another one that is not merely part of a longer word: `visitor 7` is not in `visitor 70`. */
export function holds(text: string, mark: string): boolean {
  if (mark === "") return false;
  const runsOn = (inside: string | undefined, outside: string | undefined): boolean =>
    inside !== undefined && outside !== undefined && WORD.test(inside) && WORD.test(outside);
  for (let at = text.indexOf(mark); at !== -1; at = text.indexOf(mark, at + 1)) {
    const end = at + mark.length;
    if (!runsOn(mark[0], text[at - 1]) && !runsOn(mark.at(-1), text[end])) return true;
  }
  return false;
}

/** As it is, or as a string of JSON holds it. */
function answers(text: string, { marks }: SentMessage): boolean {
  return marks.some((mark) => holds(text, mark) || holds(text, JSON.stringify(mark).slice(1, -1)));
}

/** Which message of one WebSocket is answered by what comes. Each waits as long as the timeout from its send. */
export class Replies {
  readonly #options: RepliesOptions;
  #waiting: Waiting[] = [];
  #settle: (() => void) | null = null;

  constructor(options: RepliesOptions) {
    this.#options = options;
  }

  sent(message: SentMessage): void {
    const { rule, timeoutMs } = this.#options;
    if (rule === "none") return;
    const waiting: Waiting = {
      message,
      timer: setTimeout(() => this.#onTimeout(waiting), timeoutMs),
      isLate: false,
    };
    this.#waiting.push(waiting);
  }

  heard(payload: Buffer): void {
    const { rule, onAnswer, onUnasked } = this.#options;
    if (rule === "none") return;
    const first = rule === "ordered" ? this.#waiting[0] : this.#find(payload);
    if (first === undefined) {
      if (rule === "ordered") onUnasked();
      return;
    }
    this.#remove(first);
    if (!first.isLate) onAnswer(first.message);
    this.#look();
  }

  /** Resolves when every message was answered or is late, or when the signal aborts. */
  settled(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      this.#settle = resolve;
      signal.addEventListener("abort", () => resolve(), { once: true });
      if (signal.aborted) resolve();
      this.#look();
    });
  }

  /** Those that still wait, who do so no longer. */
  giveUp(): SentMessage[] {
    const waiting = this.#waiting.filter(({ isLate }) => !isLate);
    for (const { timer } of waiting) clearTimeout(timer);
    this.#waiting = [];
    return waiting.map(({ message }) => message);
  }

  #find(payload: Buffer): Waiting | undefined {
    if (this.#waiting.length === 0) return undefined;
    const text = payload.toString();
    return this.#waiting.find(({ message }) => answers(text, message));
  }

  #onTimeout(waiting: Waiting): void {
    waiting.isLate = true;
    this.#options.onTimeout(waiting.message);
    this.#look();
  }

  #remove(waiting: Waiting): void {
    clearTimeout(waiting.timer);
    this.#waiting = this.#waiting.filter((one) => one !== waiting);
  }

  #look(): void {
    if (this.#waiting.every(({ isLate }) => isLate)) this.#settle?.();
  }
}
