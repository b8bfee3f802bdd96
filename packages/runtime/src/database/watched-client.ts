import type pg from "pg";
import { outcomeOf, statementFault, unconfirmed } from "./outcome.ts";

export interface Watch {
  /** Of a statement that has ended. */
  ended(text: string, milliseconds: number): void;
  failed(outcome: "retryable" | "indeterminate" | "failed"): void;
  /** Whether a statement keeps its name on this connection. */
  keepsNames(client: pg.Client): boolean;
}

type Callback = (error: unknown, result?: unknown) => void;
interface Config {
  readonly text: string;
  readonly name?: string;
  readonly submit?: unknown;
}

/** Calls back with what is made of a failure. */
function told(callback: Callback | undefined, settle: (error: unknown) => unknown): Callback {
  return (error, result) => {
    const failure = settle(error);
    if (failure === null) callback?.(undefined, result);
    else callback?.(failure);
  };
}

/** Clients of pg that tell how long statements took, and what a failure has left. */
export function watchedClient(Client: typeof pg.Client, watch: Watch): typeof pg.Client {
  class WatchedClient extends Client {
    /** A commit was answered before a replica had confirmed it. */
    #unconfirmed = false;

    constructor(config?: string | pg.ClientConfig) {
      super(config);
      // Its statements are told, and its pool; without a listener it would end the process.
      this.on("error", () => {});
      this.on("notice", (notice: { readonly routine?: string | undefined }) => {
        if (notice.routine === "SyncRepWaitForLSN") this.#unconfirmed = true;
      });
    }

    // biome-ignore lint/suspicious/noExplicitAny: the overloads of pg, which are kept as they are.
    override query(first: any, second?: any, third?: any): any {
      if (typeof first?.submit === "function" && first.guards !== true) return super.query(first, second, third);
      const text: string = typeof first === "string" ? first : first.text;
      const transaction = this.getTransactionStatus() !== "I";
      const started = performance.now();
      const settle = (error: unknown): unknown => {
        watch.ended(text, performance.now() - started);
        if (!error && !this.#unconfirmed) return null;
        const failure = error ? statementFault(error, { transaction, text }) : unconfirmed();
        this.#unconfirmed = false;
        watch.failed(outcomeOf(failure));
        return failure;
      };
      if (first.guards === true) {
        first.callback = told(first.callback, settle);
        return super.query(first);
      }
      const config = typeof first === "string" ? first : this.#named(first);
      const withValues = typeof second !== "function";
      const callback: Callback | undefined = withValues ? third : second;
      const values = withValues ? second : undefined;
      if (callback !== undefined) return super.query(config as string, values, told(callback, settle) as () => void);
      return new Promise((resolve, reject) => {
        const done: Callback = (error, result) => (error ? reject(error) : resolve(result));
        super.query(config as string, values, told(done, settle) as () => void);
      });
    }

    #named(config: Config): Config {
      if (config.name === undefined || watch.keepsNames(this)) return config;
      const { name: _, ...rest } = config;
      return rest;
    }
  }
  return WatchedClient;
}
