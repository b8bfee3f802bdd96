import { Fault } from "../fault/fault.ts";
import type { Services } from "../services/service.ts";
import { nextBackup } from "./backup-report.ts";
import type { Members } from "./members.ts";
import type { Store } from "./store.ts";

const LOOK_EVERY_MS = 1_000;
/** After the place did not take the log: at first so long, then longer and longer. */
const SHIP_AGAIN_MS = 2_000;
const SHIP_AGAIN_AT_MOST_MS = 60_000;
/** After a scheduled backup failed. */
const BACKUP_AGAIN_MS = 15 * 60_000;

export interface BackupChoresParts {
  readonly members: Members;
  readonly store: Store;
  readonly services: Services;
  readonly now: () => number;
  /** Something worth telling. */
  readonly note: (text: string) => void;
  /** Makes a backup, unless one is being made. */
  readonly begin: () => void;
}

/** What is done by itself: the log goes to its place as it is written, and backups are made when they are due. */
export class BackupChores {
  readonly #parts: BackupChoresParts;
  readonly #timer: NodeJS.Timeout;
  readonly #ending = new AbortController();
  #shipping = false;
  #shipAgainAt = 0;
  #failures = 0;
  /** Why the log could not be copied. */
  #reason: string | null = null;

  constructor(parts: BackupChoresParts) {
    this.#parts = parts;
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS).unref();
  }

  /** What keeps backups or the log from being made; `null` when nothing does, or nobody has asked for them. */
  get problem(): string | null {
    const { spec, backups } = this.#parts.store.state;
    if (spec.backups.log && this.#reason !== null) return `the log cannot be copied: ${this.#reason}`;
    const failure = spec.backups.schedule === null ? null : (backups?.failure ?? null);
    return failure === null ? null : `the last backup failed: ${failure}`;
  }

  close(): void {
    clearInterval(this.#timer);
    this.#ending.abort();
  }

  #look(): void {
    const { store, now, begin } = this.#parts;
    const { wanted, spec } = store.state;
    if (wanted !== "running") return;
    if (spec.backups.log && !this.#shipping && now() >= this.#shipAgainAt) void this.#ship();
    if (this.#isDue()) begin();
  }

  #isDue(): boolean {
    const { store, now } = this.#parts;
    const { backups, restore } = store.state;
    const next = nextBackup(store.state);
    if (next === null || (restore ?? null) !== null) return false;
    if ((backups?.failure ?? null) !== null && now() < (backups?.triedAt ?? 0) + BACKUP_AGAIN_MS) return false;
    return now() >= next;
  }

  async #ship(): Promise<void> {
    const { members, services, now, note } = this.#parts;
    this.#shipping = true;
    try {
      const context = members.context(this.#ending.signal);
      await services.backup.ship(context);
      if (this.#failures > 0) note("the log is copied again");
      this.#failures = 0;
      this.#reason = null;
      this.#shipAgainAt = 0;
    } catch (error) {
      if (this.#ending.signal.aborted) return;
      this.#failures += 1;
      this.#shipAgainAt = now() + Math.min(SHIP_AGAIN_AT_MOST_MS, SHIP_AGAIN_MS * 2 ** (this.#failures - 1));
      const reason = error instanceof Error ? error.message : String(error);
      this.#reason = reason;
      if (this.#failures === 1) note(`the log cannot be copied, and waits on this machine: ${reason}`);
      if (!(error instanceof Fault)) note("this may be a defect of Tenfold's own");
    } finally {
      this.#shipping = false;
    }
  }
}
