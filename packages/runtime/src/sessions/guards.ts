import type { RedisPort } from "../redis/index.ts";
import type { SessionHash } from "./session-id.ts";
import { ENDINGS, type SessionStore } from "./session-store.ts";

/** Why an open socket has to go: its session was ended, or got another id (a login), or ended by itself. */
export type Ending = "ended" | "moved" | "expired";

export type OnEnding = (ending: Ending) => void;

/** How often sessions of open sockets are looked at: what ended by itself, or while Redis was away, is found by then. */
const LOOK_AGAIN = 30_000;

/** Sockets that are open under a session, and how they learn that it is over. */
export class Guards {
  readonly #store: SessionStore;
  readonly #redis: RedisPort;
  readonly #guarded = new Map<SessionHash, Set<OnEnding>>();
  #ends: (() => void)[] = [];

  constructor(store: SessionStore, redis: RedisPort) {
    this.#store = store;
    this.#redis = redis;
  }

  /** Returns how to stop. `onEnding` is called at most once. */
  add(hash: SessionHash, onEnding: OnEnding): () => void {
    if (this.#ends.length === 0) this.#listen();
    const all = this.#guarded.get(hash) ?? new Set();
    this.#guarded.set(hash, all.add(onEnding));
    // It may have ended after it was read and before anybody listened.
    this.#look([hash]);
    return () => {
      all.delete(onEnding);
      if (all.size === 0 && this.#guarded.get(hash) === all) this.#guarded.delete(hash);
    };
  }

  get size(): number {
    return this.#guarded.size;
  }

  close(): void {
    for (const end of this.#ends) end();
    this.#ends = [];
    this.#guarded.clear();
  }

  #listen(): void {
    const timer = setInterval(() => this.#lookAtAll(), LOOK_AGAIN).unref();
    this.#ends = [
      this.#redis.subscribe(ENDINGS, (message) => {
        const [ending, hash] = message.split(" ");
        this.#tell(hash as SessionHash, ending === "moved" ? "moved" : "ended");
      }),
      // What was published while the connection was away was missed.
      this.#redis.onState((state) => {
        if (state === "ready") this.#lookAtAll();
      }),
      () => clearInterval(timer),
    ];
  }

  #tell(hash: SessionHash, ending: Ending): void {
    const all = this.#guarded.get(hash);
    this.#guarded.delete(hash);
    for (const onEnding of all ?? []) onEnding(ending);
  }

  #lookAtAll(): void {
    this.#look([...this.#guarded.keys()]);
  }

  #look(hashes: readonly SessionHash[]): void {
    this.#store.living(hashes).then(
      (living) => {
        for (const hash of hashes) if (!living.has(hash)) this.#tell(hash, "expired");
      },
      () => {
        // Redis is away: it is looked at again when it is back.
      },
    );
  }
}
