import type { Clock } from "../context/index.ts";
import { Fault } from "../fault/index.ts";
import { renderCookie } from "./cookie.ts";
import { Fields } from "./fields.ts";
import type { SessionRules } from "./options.ts";
import { createSessionId, hashSessionId, type SessionHash, type SessionId } from "./session-id.ts";
import type { Changes, SessionRecord, SessionStore } from "./session-store.ts";

/** What came of saving. `gone`: it was ended, or got another id, meanwhile; what was changed is dropped. */
export type Saved = "saved" | "unchanged" | "gone";

/**
 * `new`: nothing is stored until a field is set or somebody logs in. `stored`. `gone`: it was ended here or elsewhere; it
 * takes no more changes, but somebody may log in.
 */
export type SessionState = "new" | "stored" | "gone";

/** Attempts of `update` against others who change the same field. */
const ATTEMPTS = 50;

/** What a session works with. */
export interface SessionHome {
  readonly store: SessionStore;
  readonly rules: SessionRules;
  readonly clock: Clock;
}

/**
 * A visitor's session as one request sees it. Fields are JSON values; each is written by itself, so that requests at the
 * same time lose none of each other's. Of two that set the same field the later wins: use `increment` or `update` where
 * the new value depends on the old one. Faults: those of Redis, and `TF_RT_SESSION_SIZE`.
 */
export class Session<Shape extends object = Record<string, unknown>> {
  readonly #home: SessionHome;
  #id: SessionId;
  #hash: SessionHash;
  #record: Omit<SessionRecord, "fields"> | null;
  #fields: Fields;
  #state: SessionState;
  #cookie: "keep" | "set" | "remove" = "keep";

  constructor(home: SessionHome, id: SessionId, found: SessionRecord | "new" | "gone") {
    this.#home = home;
    this.#id = id;
    this.#hash = hashSessionId(id);
    this.#state = typeof found === "string" ? found : "stored";
    this.#record = typeof found === "string" ? null : found;
    this.#fields = new Fields(typeof found === "string" ? undefined : found.fields);
  }

  get state(): SessionState {
    return this.#state;
  }

  /** Who is logged in. */
  get user(): string | null {
    return this.#record?.user ?? null;
  }

  /** A name of the session that may be shown and logged: with it a session can be ended but not taken over. */
  get hash(): SessionHash {
    return this.#hash;
  }

  /** Milliseconds since 1970; `null` while nothing is stored. */
  get createdAt(): number | null {
    return this.#record?.createdAt ?? null;
  }

  names(): readonly string[] {
    return this.#fields.names();
  }

  get<Name extends keyof Shape & string>(name: Name): Shape[Name] | undefined {
    return this.#fields.get(name) as Shape[Name] | undefined;
  }

  /** Stored by `save`. */
  set<Name extends keyof Shape & string>(name: Name, value: Shape[Name]): void {
    this.#fields.set(name, value);
  }

  delete(name: keyof Shape & string): void {
    this.#fields.set(name, undefined);
  }

  /** Adds to a whole number at once; requests at the same time lose no count. `null` when the session is gone. */
  async increment(name: keyof Shape & string, by = 1): Promise<number | null> {
    if (!(await this.#ensureStored())) return null;
    const count = await this.#home.store.increment(this.#hash, name, by);
    if (count === null) this.#lose();
    else this.#fields.stored(name, `${count}`);
    return count;
  }

  /**
   * Changes a field by what it is, at once. `change` may be called several times, with what others have written meanwhile.
   * `undefined` when the session is gone. Faults: `TF_RT_SESSION_CONTENDED` after 50 attempts.
   */
  async update<Name extends keyof Shape & string>(
    name: Name,
    change: (value: Shape[Name] | undefined) => Shape[Name],
  ): Promise<Shape[Name] | undefined> {
    if (!(await this.#ensureStored())) return undefined;
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const before = this.#fields.json(name);
      const value = change(before === null ? undefined : (JSON.parse(before) as Shape[Name]));
      const json = JSON.stringify(value) ?? null;
      const swapped = await this.#home.store.swap(this.#hash, name, before, json);
      if (swapped.kind === "gone") {
        this.#lose();
        return undefined;
      }
      if (swapped.kind === "done") {
        this.#fields.stored(name, json);
        return value;
      }
      this.#fields.stored(name, swapped.json);
    }
    throw new Fault("TF_RT_SESSION_CONTENDED", `the field ${name} was changed by others ${ATTEMPTS} times meanwhile`);
  }

  /**
   * Logs a user in, at once: under another id, so that whoever knew the old one has nothing, with the absolute end counted
   * anew. Fields are kept, unless they were another user's.
   */
  async login(user: string): Promise<void> {
    if (user === "") throw new Fault("TF_RT_OPTION", "sessions: the user who logs in has no name");
    if (this.user !== null && this.user !== user) this.#fields.clear();
    await this.#rotate(user);
  }

  /** Gives the session another id, at once: for every change of what its user may do. */
  async regenerate(): Promise<Saved> {
    if (this.#state === "new") return await this.finish();
    return this.#state === "stored" && (await this.#rotate(null)) ? "saved" : "gone";
  }

  /** Ends the session, at once and everywhere. Idempotent. */
  async logout(): Promise<void> {
    if (this.#state !== "new") await this.#home.store.end(this.#hash);
    this.#lose();
    this.#cookie = "remove";
  }

  /** Stores what was changed. Adapters do so before they answer. */
  async save(): Promise<Saved> {
    return await this.finish();
  }

  /** As `save`, without waiting when there is nothing to store; prolongs the session when that is due. For adapters. */
  finish(): Saved | Promise<Saved> {
    if (this.#state === "gone") return "gone";
    const changes = this.#fields.takeChanges(this.#home.rules.maxBytes);
    const now = this.#home.clock.now();
    if (changes.size > 0) return this.#store(now, changes);
    if (this.#isDue(now)) this.#prolong(now);
    return "unchanged";
  }

  async #store(now: number, changes: Changes): Promise<Saved> {
    try {
      if (this.#state === "new") await this.#create(now, changes);
      else if (!(await this.#home.store.save(this.#hash, now, changes))) {
        this.#lose();
        return "gone";
      }
      return "saved";
    } catch (error) {
      this.#fields.putBack(changes);
      throw error;
    }
  }

  /** Whether the cookie is to be sent once the session is stored. */
  get willSetCookie(): boolean {
    return this.#cookie !== "keep" || (this.#state === "new" && this.#fields.names().length > 0);
  }

  /** The `Set-Cookie` that the answer needs, or `null`. */
  get setCookie(): string | null {
    const { rules, clock } = this.#home;
    if (this.#cookie === "remove") return renderCookie(rules.cookie, "", 0);
    if (!this.willSetCookie) return null;
    const left = this.#record === null ? rules.absolute : this.#record.endsAt - clock.now();
    return renderCookie(rules.cookie, this.#id, rules.persistent ? left / 1_000 : null);
  }

  async #ensureStored(): Promise<boolean> {
    if (this.#state === "new")
      await this.#create(this.#home.clock.now(), this.#fields.takeChanges(this.#home.rules.maxBytes));
    return this.#state === "stored";
  }

  async #create(now: number, changes: Changes): Promise<void> {
    await this.#home.store.create(this.#hash, now, changes);
    this.#begin(now, null);
  }

  async #rotate(user: string | null): Promise<boolean> {
    const { store, rules, clock } = this.#home;
    const id = createSessionId();
    const hash = hashSessionId(id);
    const now = clock.now();
    const changes = this.#fields.takeChanges(rules.maxBytes);
    try {
      if (!(await store.rotate(this.#hash, hash, now, { user, changes }))) {
        this.#lose();
        return false;
      }
    } catch (error) {
      this.#fields.putBack(changes);
      throw error;
    }
    this.#id = id;
    this.#hash = hash;
    if (user !== null) this.#begin(now, user);
    this.#cookie = "set";
    return true;
  }

  #begin(now: number, user: string | null): void {
    const { idle, absolute } = this.#home.rules;
    this.#record = { user, createdAt: now, endsAt: now + absolute, idleEndsAt: now + idle };
    this.#state = "stored";
    this.#cookie = "set";
  }

  #isDue(now: number): boolean {
    if (this.#state !== "stored" || this.#record === null) return false;
    const { idle, renewAfter } = this.#home.rules;
    const { idleEndsAt, endsAt } = this.#record;
    return idleEndsAt < endsAt && idleEndsAt - now < idle - renewAfter;
  }

  /** Nobody waits for it: a request that comes later does it otherwise. */
  #prolong(now: number): void {
    if (this.#record !== null) this.#record = { ...this.#record, idleEndsAt: now + this.#home.rules.idle };
    this.#home.store.touch(this.#hash, now).catch(() => {});
  }

  #lose(): void {
    this.#state = "gone";
    this.#record = null;
    this.#fields = new Fields();
  }
}
