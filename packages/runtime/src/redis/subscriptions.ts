import { type Client, trackingCommand } from "./client.ts";
import type { Unsubscribe } from "./redis-port.ts";

type Listener<T> = (value: T) => void;

/** What a port listens to, over the connections that come and go. */
export class Subscriptions {
  readonly #channels = new Map<string, Set<Listener<string>>>();
  readonly #prefixes = new Map<string, Set<Listener<string | null>>>();
  #client: Client | undefined;

  get empty(): boolean {
    return this.#channels.size === 0 && this.#prefixes.size === 0;
  }

  /** Sent with the greeting of each connection. */
  prefixes(): readonly string[] {
    return [...this.#prefixes.keys()];
  }

  /** On a new connection, before any command. Throws when the server refuses. */
  async attach(client: Client, prefixesThen: readonly string[]): Promise<void> {
    const more = this.prefixes().filter((prefix) => !prefixesThen.includes(prefix));
    const channels = [...this.#channels.keys()].map((channel) => this.#subscribeOn(client, channel));
    if (more.length > 0) await client.send(trackingCommand(more), false);
    await Promise.all(channels);
    this.#client = client;
  }

  /** The connection is gone: what happened since is not known. */
  detach(): void {
    this.#client = undefined;
    this.invalidate(null);
  }

  invalidate(key: string | null): void {
    for (const [prefix, listeners] of this.#prefixes) {
      if (key !== null && !key.startsWith(prefix)) continue;
      for (const listener of listeners) listener(key);
    }
  }

  subscribe(channel: string, listener: Listener<string>, failed: Listener<Error>): Unsubscribe {
    const client = this.#client;
    if (add(this.#channels, channel, listener) && client !== undefined) {
      this.#subscribeOn(client, channel).catch(failed);
    }
    return () => {
      const left = this.#channels.get(channel);
      if (!left?.delete(listener) || left.size > 0) return;
      this.#channels.delete(channel);
      this.#client?.unsubscribe(channel).catch(failed);
    };
  }

  track(prefix: string, listener: Listener<string | null>, failed: Listener<Error>): Unsubscribe {
    if (add(this.#prefixes, prefix, listener)) this.#client?.send(trackingCommand([prefix]), false).catch(failed);
    // The prefix stays: no command takes back one of several, and the server refuses one that it knows.
    return () => {
      this.#prefixes.get(prefix)?.delete(listener);
    };
  }

  #subscribeOn(client: Client, channel: string): Promise<void> {
    return client.subscribe(channel, (message) => {
      for (const listener of this.#channels.get(channel) ?? []) listener(message);
    });
  }
}

/** True when it is the first one. */
function add<T>(all: Map<string, Set<Listener<T>>>, name: string, listener: Listener<T>): boolean {
  const known = all.get(name);
  if (known === undefined) all.set(name, new Set([listener]));
  else known.add(listener);
  return known === undefined;
}
