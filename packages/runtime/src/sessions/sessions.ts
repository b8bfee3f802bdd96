import type { Context, Part } from "../context/index.ts";
import { Fault, isFault } from "../fault/index.ts";
import type { RequestHead } from "../http/index.ts";
import type { RedisPort } from "../redis/index.ts";
import { cookieName, readCookie } from "./cookie.ts";
import { isCrossSite } from "./cross-site.ts";
import { Guards, type OnEnding } from "./guards.ts";
import { parseSessionsOptions, type SessionRules, type SessionsOptions } from "./options.ts";
import { Session } from "./session.ts";
import { createSessionId, hashSessionId, parseSessionId, type SessionHash } from "./session-id.ts";
import { SessionStore } from "./session-store.ts";
import { SocketState } from "./socket-state.ts";

/** One of a user's sessions, for a page that lists them. */
export interface ListedSession {
  readonly hash: SessionHash;
  readonly createdAt: number;
  readonly endsAt: number;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Sessions in the durable Redis, the same on every instance. Adapters: `sessionMiddleware`, `fastifySessions`, `honoSessions`. */
export class Sessions implements Part {
  readonly rules: SessionRules;
  readonly #context: Context;
  readonly #redis: RedisPort;
  readonly #store: SessionStore;
  readonly #guards: Guards;
  readonly #opened: Readonly<Record<"found" | "none" | "unknown" | "away" | "refused", { value: number }>>;

  constructor(context: Context, options: SessionsOptions) {
    this.rules = parseSessionsOptions(options);
    this.#context = context;
    this.#redis = context.redis("durable");
    this.#store = new SessionStore(this.#redis, this.rules);
    this.#guards = new Guards(this.#store, this.#redis);
    const counter = (outcome: string) =>
      context.meters.counter("tenfold_sessions_opened_total", "Requests by what their session cookie led to.", {
        outcome,
      });
    this.#opened = {
      found: counter("found"),
      none: counter("none"),
      unknown: counter("unknown"),
      away: counter("away"),
      refused: counter("refused"),
    };
    context.meters.gauge("tenfold_sessions_guarded", "Sessions with open sockets here.", () => this.#guards.size);
  }

  /**
   * The session of a request: one round trip when it brings a cookie, none otherwise. An id that is not known is refused:
   * the session is new, under another id. Faults: `TF_RT_CROSS_SITE`, and those of Redis (see `whenAway`).
   */
  async open<Shape extends object = Record<string, unknown>>(request: RequestHead): Promise<Session<Shape>> {
    this.#refuseCrossSite(request);
    const home = { store: this.#store, rules: this.rules, clock: this.#context.clock };
    const { name, secure } = this.rules.cookie;
    const id = parseSessionId(readCookie(request.header("cookie"), cookieName(name, secure)) ?? "");
    if (id === null) {
      this.#opened.none.value += 1;
      return new Session<Shape>(home, createSessionId(), "new");
    }
    try {
      const found = await this.#store.read(hashSessionId(id));
      this.#opened[typeof found === "string" ? "unknown" : "found"].value += 1;
      if (found === "moved") return new Session<Shape>(home, id, "gone");
      if (found === "unknown") return new Session<Shape>(home, createSessionId(), "new");
      return new Session<Shape>(home, id, found);
    } catch (error) {
      this.#opened.away.value += 1;
      if (this.rules.whenAway === "refuse" || !isFault(error)) throw error;
      return new Session<Shape>(home, id, "gone");
    }
  }

  /**
   * Tells once, and at once, when a session is over, wherever it was ended: close the socket then. What ends by itself is
   * found within 30 s. Returns how to stop, for a socket that closes before.
   */
  guard(session: { readonly hash: SessionHash }, onEnding: OnEnding): () => void {
    return this.#guards.add(session.hash, onEnding);
  }

  /** Prolongs a session that is used through an open socket. False when it is over. */
  async touch(session: { readonly hash: SessionHash }): Promise<boolean> {
    return await this.#store.touch(session.hash, this.#context.clock.now());
  }

  /** Logs a user out everywhere, or everywhere else; open sockets learn it. Returns how many sessions were ended. */
  async endAll(user: string, except?: { readonly hash: SessionHash }): Promise<number> {
    return await this.#store.endAll(user, except?.hash ?? null);
  }

  /** Ends one of the sessions that `list` gave. Idempotent. */
  async end(hash: SessionHash): Promise<boolean> {
    return await this.#store.end(hash);
  }

  /** The sessions of a user, the one that lives longest last. */
  async list(user: string): Promise<readonly ListedSession[]> {
    const hashes = await this.#store.ofUser(user);
    const found = await Promise.all(hashes.map((hash) => this.#store.read(hash)));
    return found.flatMap((record, at): ListedSession[] => {
      const hash = hashes[at];
      if (typeof record === "string" || hash === undefined || record.user !== user) return [];
      const fields = Object.fromEntries([...record.fields].map(([name, json]) => [name, JSON.parse(json)]));
      return [{ hash, createdAt: record.createdAt, endsAt: record.endsAt, fields }];
    });
  }

  /** What a user's sockets in a room share. */
  socketState(user: string, room: string): SocketState {
    return new SocketState(this.#redis, user, room);
  }

  async close(): Promise<void> {
    this.#guards.close();
  }

  #refuseCrossSite(request: RequestHead): void {
    const { method, upgrade } = request;
    const from = {
      method,
      upgrade,
      secFetchSite: request.header("sec-fetch-site"),
      origin: request.header("origin"),
      host: request.header("host"),
    };
    if (!isCrossSite(from, this.rules.trustedOrigins)) return;
    this.#opened.refused.value += 1;
    throw new Fault("TF_RT_CROSS_SITE", `a ${upgrade ? "WebSocket" : method} from another site is refused`, {
      hint: "name the origin in sessions.trustedOrigins if it may send this",
    });
  }
}

/** Throws `TF_RT_NOT_CONFIGURED` without a durable Redis, and `TF_RT_OPTION`. */
export function openSessions(context: Context, options: SessionsOptions = {}): Sessions {
  return new Sessions(context, options);
}
