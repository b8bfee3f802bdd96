import { formatLatency } from "../../load/report/format.ts";
import type { Snapshot } from "../../load/run/snapshot.ts";
import { Histogram } from "../../load/stats/histogram.ts";
import type { Paint } from "./style.ts";
import type { Terminal } from "./terminal.ts";

const CLEAR_LINE = "\r\x1b[2K";

/** One line on a terminal that tells how a load is going. Elsewhere nothing is shown. */
export class LoadProgress {
  readonly #terminal: Terminal;
  readonly #paint: Paint;
  readonly #seconds: number;
  #last: Snapshot | null = null;
  #isShown = false;

  /** `seconds`: how long the run is to take. */
  constructor(terminal: Terminal, paint: Paint, seconds: number) {
    this.#terminal = terminal;
    this.#paint = paint;
    this.#seconds = seconds;
  }

  show(snapshot: Snapshot): void {
    if (!this.#terminal.isInteractive) return;
    const recent = new Histogram("coarse");
    recent.merge(snapshot.recent);
    const since = (snapshot.at - (this.#last?.at ?? 0)) / 1_000;
    const rate = since > 0 ? recent.count / since : 0;
    this.#last = snapshot;
    const { failures, inFlight, recentFailures } = snapshot;
    const parts = [
      `${Math.min(this.#seconds, Math.floor(snapshot.at / 1_000))}/${Math.ceil(this.#seconds)} s`,
      `${Math.round(rate)}/s`,
      `p95 ${recent.count === 0 ? "-" : formatLatency(recent.percentile(95))}`,
      `${inFlight} in flight`,
      `${failures} failed`,
    ];
    // A terminal that does not know its width says 0.
    const text = `  ${parts.join("   ")}`.slice(0, (this.#terminal.columns || 100) - 1);
    this.#terminal.err(`${CLEAR_LINE}${this.#paint(text, recentFailures > 0 ? "red" : "dim")}`);
    this.#isShown = true;
  }

  close(): void {
    if (this.#isShown) this.#terminal.err(CLEAR_LINE);
    this.#isShown = false;
  }
}
