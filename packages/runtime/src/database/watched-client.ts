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
      const send = super.query.bind(this) as (...args: unknown[]) => Promise<unknown>;
      const callback: Callback | undefined = [second, third].find((one) => typeof one === "function");
      if (typeof first?.submit === "function" && first.guards !== true) return send(first, second, third);
      const values = typeof second === "function" ? undefined : second;
      const text: string = typeof first === "string" ? first : first.text;
      const transaction = this.getTransactionStatus() !== "I";
      const started = performance.now();
      const settle = (error: unknown): unknown => {
        watch.ended(text, performance.now() - started);
        const failure = error ? statementFault(error, { transaction, text }) : this.#unconfirmed ? unconfirmed() : null;
        this.#unconfirmed = false;
        if (failure !== null) watch.failed(outcomeOf(failure));
        return failure;
      };
      const config = typeof first === "string" ? first : this.#named(first);
      if (callback !== undefined || first.guards === true) {
        const done: Callback | undefined = callback ?? first.callback;
        const settled: Callback = (error, result) => {
          const failure = settle(error);
          if (failure === null) done?.(undefined, result);
          else done?.(failure);
        };
        if (first.guards === true) first.callback = settled;
        return first.guards === true ? send(first) : send(config, values, settled);
      }
      return send(config, values).then(
        (result) => {
          const failure = settle(null);
          if (failure !== null) throw failure;
          return result;
        },
        (error: unknown) => {
          throw settle(error);
        },
      );
    }

    #named(config: Config): Config {
      if (config.name === undefined || watch.keepsNames(this)) return config;
      const { name: _, ...rest } = config;
      return rest;
    }
  }
  return WatchedClient;
}
