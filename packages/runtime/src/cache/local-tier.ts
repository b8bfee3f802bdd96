import { LRUCache } from "lru-cache";

/** A tag as the entries here know it: when it is marked, they count no more. */
interface Mark {
  valid: boolean;
  /** Entries that have it. */
  users: number;
}

export interface LocalEntry {
  readonly value: unknown;
  /** By the clock of the context. */
  freshUntil: number;
  readonly keptUntil: number;
  readonly tags: readonly string[];
  readonly marks: readonly Mark[];
}

const NONE: readonly Mark[] = [];

export interface LocalLimits {
  readonly maxEntries: number;
  readonly maxBytes: number;
}

/** What this process keeps: values as they are, not copied. */
export class LocalTier {
  readonly #entries: LRUCache<string, LocalEntry>;
  readonly #marks = new Map<string, Mark>();

  constructor({ maxEntries, maxBytes }: LocalLimits, onEviction: () => void) {
    this.#entries = new LRUCache({
      max: maxEntries,
      maxSize: maxBytes,
      dispose: (entry, _key, reason) => {
        this.#release(entry);
        if (reason === "evict") onEviction();
      },
    });
  }

  get size(): number {
    return this.#entries.size;
  }

  get bytes(): number {
    return this.#entries.calculatedSize;
  }

  /** Whether it is fresh is for the caller to see. */
  get(key: string): LocalEntry | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    for (const mark of entry.marks) {
      if (!mark.valid) {
        this.#entries.delete(key);
        return undefined;
      }
    }
    return entry;
  }

  /** `bytes` is an estimate; what exceeds the limit by itself is not kept. */
  set(key: string, entry: Omit<LocalEntry, "marks">, bytes: number): void {
    const marks = entry.tags.length === 0 ? NONE : entry.tags.map((tag) => this.#use(tag));
    const kept = { ...entry, marks };
    this.#entries.set(key, kept, { size: Math.max(1, bytes) });
    if (!this.#entries.has(key)) this.#release(kept);
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }

  /** Every entry that has the tag counts no more. */
  mark(tag: string): void {
    const mark = this.#marks.get(tag);
    if (mark === undefined) return;
    mark.valid = false;
    this.#marks.delete(tag);
  }

  clear(): void {
    this.#entries.clear();
    this.#marks.clear();
  }

  #use(tag: string): Mark {
    const known = this.#marks.get(tag);
    const mark = known ?? { valid: true, users: 0 };
    if (known === undefined) this.#marks.set(tag, mark);
    mark.users += 1;
    return mark;
  }

  #release(entry: LocalEntry): void {
    for (const [at, mark] of entry.marks.entries()) {
      mark.users -= 1;
      const tag = entry.tags[at];
      if (mark.users === 0 && tag !== undefined && this.#marks.get(tag) === mark) this.#marks.delete(tag);
    }
  }
}
