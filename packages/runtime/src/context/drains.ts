/** In this order: open sockets are led away, then workers finish what they have begun, then stores are closed. */
export type DrainStage = "sockets" | "workers" | "stores";

export type DrainTask = (signal: AbortSignal) => Promise<void>;

/** What parts do before the process ends; the drain part runs it. */
export class Drains {
  readonly #tasks: { readonly stage: DrainStage; readonly task: DrainTask }[] = [];

  add(stage: DrainStage, task: DrainTask): void {
    this.#tasks.push({ stage, task });
  }

  of(stage: DrainStage): readonly DrainTask[] {
    return this.#tasks.filter((one) => one.stage === stage).map(({ task }) => task);
  }
}
