import { setTimeout as sleep } from "node:timers/promises";
import { Fault, isFault } from "../fault/index.ts";
import { backoff } from "./backoff.ts";
import { Client } from "./client.ts";
import { exchange } from "./exchange.ts";
import { checkPolicy } from "./policy.ts";
import { Readiness } from "./readiness.ts";
import type { RedisArgument, RedisPort, RedisRole, RedisState, SendOptions, Unsubscribe } from "./redis-port.ts";
import type { Script } from "./script.ts";
import type { Source } from "./source.ts";
import { Subscriptions } from "./subscriptions.ts";

/** How a connection is kept. All times in milliseconds. */
export interface ConnectionOptions {
  readonly role: RedisRole;
  readonly source: Source;
  /** By which the server lists it. */
  readonly name: string;
  /** Of a command that names none. Default 1,000. */
  readonly deadline?: number | undefined;
  /** How long a lost server is waited for before commands fail at once. Default 1,000. */
  readonly patience?: number | undefined;
  /** Of an attempt to connect. Default 1,000. */
  readonly connectDeadline?: number | undefined;
}

/** Before a server that has done nothing is asked again. */
const PAUSE = 25;
/** How often a connection that listens is proven alive: so long may it be deaf without knowing. */
const HEARTBEAT = 1_000;

/** A RedisPort over one connection at a time, made anew whenever it is lost. */
export class Connection implements RedisPort {
  readonly role: RedisRole;
  readonly #options: ConnectionOptions;
  readonly #deadline: number;
  readonly #patience: number;
  readonly #ready = new Readiness<Client>();
  readonly #subscriptions = new Subscriptions();
  readonly #listeners = new Set<(state: RedisState) => void>();
  readonly #stop = new AbortController();
  #state: RedisState = "idle";
  #client: Client | undefined;
  /** Since when there is no connection, by `performance.now()`. */
  #awaySince = 0;
  #trouble: Error | null = null;
  #connecting: Promise<void> = Promise.resolve();
  #heart: NodeJS.Timeout | undefined;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.role = options.role;
    this.#deadline = options.deadline ?? 1_000;
    this.#patience = options.patience ?? 1_000;
  }

  get state(): RedisState {
    return this.#state;
  }

  get trouble(): string | null {
    return this.#trouble === null ? null : describe(this.#trouble);
  }

  async send<Reply = unknown>(command: readonly RedisArgument[], options: SendOptions = {}): Promise<Reply> {
    const end = performance.now() + (options.deadline ?? this.#deadline);
    const buffers = options.buffers ?? false;
    for (;;) {
      const client = this.#client ?? (await this.#whenReady(end));
      const got = await exchange(client, this.role, command, { end, buffers });
      if (got.kind === "answer") return got.answer as Reply;
      if (got.kind === "refused") throw got.error;
      if (this.#state === "closed") throw this.#closed();
      if (got.kind === "late") {
        if (got.silent) this.#lose(client, got.error);
        throw got.error;
      }
      if (got.kind === "lost") {
        if (!options.repeatable) throw got.error;
      } else {
        this.#lose(client, got.error);
        await sleep(PAUSE);
      }
    }
  }

  async run<Reply = unknown>(
    script: Script,
    keys: readonly RedisArgument[],
    args: readonly RedisArgument[],
    options?: SendOptions,
  ): Promise<Reply> {
    try {
      return await this.send<Reply>(["EVALSHA", script.sha, `${keys.length}`, ...keys, ...args], options);
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith("NOSCRIPT"))) throw error;
      return await this.send<Reply>(["EVAL", script.source, `${keys.length}`, ...keys, ...args], options);
    }
  }

  subscribe(channel: string, listener: (message: string) => void): Unsubscribe {
    const end = this.#subscriptions.subscribe(channel, listener, (error) => this.#lose(this.#client, error));
    this.#start();
    return end;
  }

  track(prefix: string, listener: (key: string | null) => void): Unsubscribe {
    const end = this.#subscriptions.track(prefix, listener, (error) => this.#lose(this.#client, error));
    this.#start();
    return end;
  }

  onState(listener: (state: RedisState) => void): Unsubscribe {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  dedicated(name: string): RedisPort {
    return new Connection({ ...this.#options, name: `${this.#options.name}:${name}` });
  }

  async close(): Promise<void> {
    if (this.#state !== "closed") {
      this.#stop.abort();
      clearInterval(this.#heart);
      this.#enter("closed");
      this.#ready.settle({ error: this.#closed() });
      this.#client?.destroy();
      this.#client = undefined;
    }
    await this.#connecting;
  }

  #whenReady(end: number): Promise<Client> {
    if (this.#state === "closed") return Promise.reject(this.#closed());
    this.#start();
    if (this.#state === "refused") return Promise.reject(this.#trouble);
    const now = performance.now();
    const patient = Math.min(end, this.#awaySince + this.#patience) - now;
    const away = () =>
      new Fault("TF_RT_REDIS_AWAY", `the ${this.role} Redis cannot be reached`, {
        hint: this.trouble ?? undefined,
        cause: this.#trouble,
      });
    return patient <= 0 ? Promise.reject(away()) : this.#ready.wait(patient, away);
  }

  #start(): void {
    if (this.#state !== "idle") return;
    this.#awaySince = performance.now();
    this.#enter("connecting");
    this.#connecting = this.#connect();
  }

  /** Until there is a connection. One that is refused is asked again as well: its policy may be mended. */
  async #connect(): Promise<void> {
    for (let attempt = 0; !this.#stop.signal.aborted; attempt += 1) {
      try {
        const client = await this.#open();
        if (this.#stop.signal.aborted) return client.destroy();
        this.#client = client;
        this.#trouble = null;
        this.#enter("ready");
        this.#ready.settle({ value: client });
        this.#heart ??= setInterval(() => this.#beat(), HEARTBEAT).unref();
        return;
      } catch (error) {
        this.#trouble = error instanceof Error ? error : new Error(String(error));
        const refused = isFault(error, "TF_RT_REDIS_POLICY");
        if (refused) this.#ready.settle({ error });
        this.#enter(refused ? "refused" : "away");
        await sleep(backoff(attempt, Math.random()), undefined, { signal: this.#stop.signal }).catch(() => {});
      }
    }
  }

  async #open(): Promise<Client> {
    const { source, name, connectDeadline: deadline = 1_000 } = this.#options;
    const url = await source(deadline);
    const prefixes = this.#subscriptions.prefixes();
    let client: Client | undefined;
    client = await Client.open({
      url,
      name,
      deadline,
      prefixes,
      onInvalidation: (key) => this.#subscriptions.invalidate(key),
      onLost: (error) => this.#lose(client, error),
    });
    const opened = client;
    const late = setTimeout(() => opened.destroy(), deadline);
    try {
      if (this.role === "durable") {
        const fault = checkPolicy(this.role, String(await client.send(["INFO", "memory"], false)));
        if (fault !== null) throw fault;
      }
      await this.#subscriptions.attach(client, prefixes);
      return client;
    } catch (error) {
      client.destroy();
      throw error;
    } finally {
      clearTimeout(late);
    }
  }

  /** Once for each connection, whoever notices first. */
  #lose(client: Client | undefined, error: Error): void {
    if (client === undefined || client !== this.#client) return;
    this.#client = undefined;
    this.#trouble = error;
    this.#awaySince = performance.now();
    this.#enter("away");
    this.#subscriptions.detach();
    client.destroy();
    this.#connecting = this.#connect();
  }

  #beat(): void {
    if (this.#client === undefined || this.#subscriptions.empty) return;
    this.send(["PING"], { deadline: HEARTBEAT }).catch(() => {});
  }

  #enter(state: RedisState): void {
    if (this.#state === state || this.#state === "closed") return;
    this.#state = state;
    for (const listener of this.#listeners) listener(state);
  }

  #closed(): Fault {
    return new Fault("TF_RT_CLOSED", `the ${this.role} Redis is closed`);
  }
}

/** An attempt at several addresses of a name fails with a code and without a message. */
function describe(error: Error): string {
  return error.message || ("code" in error ? String(error.code) : error.name);
}
