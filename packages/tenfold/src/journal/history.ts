import { appendFileSync, renameSync, statSync } from "node:fs";

/** A line of the journal: what was done, when, and how it ended. Never holds a secret. */
export interface HistoryEntry {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly kind: "engine" | "operation" | "step" | "member" | "repair" | "scale";
  readonly subject: string;
  readonly event: string;
  readonly detail?: string | undefined;
}

const MAX_SIZE = 5 * 1024 * 1024;

/** The journal of steps, one JSON object a line, for people and for later analysis. State does not depend on it. */
export class History {
  readonly #path: string;

  constructor(directory: string) {
    this.#path = `${directory}/journal.jsonl`;
  }

  /** A full disk does not stop the fleet: the entry is lost, and the state file will say so first. */
  append(entry: HistoryEntry): void {
    try {
      appendFileSync(this.#path, `${JSON.stringify(entry)}\n`, { mode: 0o600 });
      if (statSync(this.#path).size > MAX_SIZE) renameSync(this.#path, `${this.#path}.1`);
    } catch {
      // See above.
    }
  }
}
