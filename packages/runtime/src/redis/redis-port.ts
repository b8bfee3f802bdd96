import type { Script } from "./script.ts";

/**
 * `durable` keeps what must not be lost (`noeviction`: sessions, queues, limits), `cache` may forget anything at any time.
 */
export type RedisRole = "durable" | "cache";

/**
 * `idle` until something is asked, then `connecting`; `ready` while there is a connection; `away` once it was lost, or
 * never made, until it is back; `refused` when the server may not be used (`TF_RT_REDIS_POLICY`); `closed` for good.
 */
export type RedisState = "idle" | "connecting" | "ready" | "away" | "refused" | "closed";

export type RedisArgument = string | Buffer;

export interface SendOptions {
  /** Milliseconds until the command fails, waiting for a connection included; default: that of the port (1,000). */
  readonly deadline?: number;
  /** Sent again when the connection is lost before the answer: for what may run twice, such as reads. Default false. */
  readonly repeatable?: boolean;
  /** Bulk strings of the answer as Buffer instead of text. Default false. */
  readonly buffers?: boolean;
}

/** Ends what it was given for. Idempotent. */
export type Unsubscribe = () => void;

/**
 * A server of Redis in one of its roles, followed through failovers.
 *
 * Commands that are given in the same turn of the event loop travel in one write. While the connection is away a command
 * waits for it, but never beyond its deadline, and not at all once the server has been away for a second: then it fails
 * at once with `TF_RT_REDIS_AWAY`. A server that answers `READONLY`, `LOADING` or `MASTERDOWN` has done nothing: the
 * connection is made anew, to whoever is the master now, and the command is sent again.
 */
export interface RedisPort {
  readonly role: RedisRole;
  readonly state: RedisState;
  /** Faults: `TF_RT_REDIS_AWAY`, `_LOST`, `_TIMEOUT`, `_POLICY`, `TF_RT_CLOSED`; an error reply is thrown as it is. */
  send<Reply = unknown>(command: readonly RedisArgument[], options?: SendOptions): Promise<Reply>;
  /** Runs a script by its hash, and by its text where the server does not know it yet. Atomic. Faults as of `send`. */
  run<Reply = unknown>(
    script: Script,
    keys: readonly RedisArgument[],
    args: readonly RedisArgument[],
    options?: SendOptions,
  ): Promise<Reply>;
  /** Messages of a channel. At most once: what is published while the connection is away is missed (see `onState`). */
  subscribe(channel: string, listener: (message: string) => void): Unsubscribe;
  /**
   * Tells which keys of a prefix were changed by anybody, this port included, by the server's own tracking (`BCAST`). `null`: any of them may
   * have changed, since the connection was lost or the database flushed. Prefixes must not overlap.
   */
  track(prefix: string, listener: (key: string | null) => void): Unsubscribe;
  onState(listener: (state: RedisState) => void): Unsubscribe;
  /** A connection of its own to the same server, for commands that block. The caller closes it. */
  dedicated(name: string): RedisPort;
  /** What keeps the last attempt from succeeding, for the health answer. Holds no secret. */
  readonly trouble: string | null;
  close(): Promise<void>;
}
