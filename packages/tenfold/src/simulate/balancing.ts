import type { Random } from "../units/random.ts";

export type Balancing = "leastconn" | "p2c" | "roundrobin" | "random";

export const BALANCINGS: readonly Balancing[] = ["leastconn", "p2c", "roundrobin", "random"];

/** What a balancer knows of an instance: the requests that it has been given and has not answered. */
export interface Backend {
  readonly inFlight: number;
}

/** Picks instances as a balancer does. */
export class Balancer {
  readonly #policy: Balancing;
  readonly #random: Random;
  #turn = 0;

  constructor(policy: Balancing, random: Random) {
    this.#policy = policy;
    this.#random = random;
  }

  /** Among at least one. */
  pick<T extends Backend>(backends: readonly T[]): T | undefined {
    this.#turn += 1;
    const at = (index: number): T | undefined => backends[index % backends.length];
    const any = (): T | undefined => at(Math.floor(this.#random.next() * backends.length));
    switch (this.#policy) {
      case "random":
        return any();
      case "roundrobin":
        return at(this.#turn);
      case "p2c": {
        const first = any();
        const second = any();
        return (second?.inFlight ?? 0) < (first?.inFlight ?? 0) ? second : first;
      }
      case "leastconn": {
        let best = at(this.#turn);
        for (let i = 1; i < backends.length; i += 1) {
          const next = at(this.#turn + i);
          if ((next?.inFlight ?? 0) < (best?.inFlight ?? 0)) best = next;
        }
        return best;
      }
    }
  }
}
