import type { MemberName } from "../fleet/member.ts";
import type { Context, Services } from "../services/service.ts";
import type { Store } from "./store.ts";

type Sender = "balancer" | "pooler";

/** Lists of those who get requests: all of them, a share of them, reads. */
export type TrafficList = "serving" | "canary" | "postgresReadable";

/**
 * Who gets requests: web instances from the balancer, replicas from the pooler. Changes that come while one is being
 * carried out are carried out together by the next one, so two hundred arrivals cost a handful of conversations.
 */
export class Traffic {
  readonly #store: Store;
  readonly #services: Services;
  readonly #context: () => Context;
  readonly #reloadPooler: () => Promise<void>;
  readonly #served: () => Promise<void>;
  readonly #pending: Record<Sender, Promise<void> | null> = { balancer: null, pooler: null };
  readonly #active: Record<Sender, Promise<void>> = { balancer: Promise.resolve(), pooler: Promise.resolve() };

  constructor(parts: {
    store: Store;
    services: Services;
    context: () => Context;
    reloadPooler: () => Promise<void>;
    /** Called when the balancer has taken a change. */
    served: () => Promise<void>;
  }) {
    this.#store = parts.store;
    this.#services = parts.services;
    this.#context = parts.context;
    this.#reloadPooler = parts.reloadPooler;
    this.#served = parts.served;
  }

  isIn(list: TrafficList, name: MemberName): boolean {
    return this.#store.state.topology[list].includes(name);
  }

  /** Puts a member on a list, or takes it off. Resolves when whoever sends the requests has confirmed it. */
  direct(list: TrafficList, name: MemberName, wanted: boolean): Promise<void> {
    const sender: Sender = list === "postgresReadable" ? "pooler" : "balancer";
    if (sender === "pooler" && this.isIn(list, name) === wanted) return Promise.resolve();
    const others = this.#store.state.topology[list].filter((other) => other !== name);
    this.#store.noteTopology({ [list]: wanted ? [...others, name].sort(byIndex) : others });
    return this.sync(sender);
  }

  /** Sends the requests to exactly these, all at once. */
  switchTo(names: readonly MemberName[]): Promise<void> {
    this.#store.decideTopology({ serving: [...names].sort(byIndex), canary: [] });
    return this.sync("balancer");
  }

  /** Makes a sender agree with the state. */
  sync(sender: Sender): Promise<void> {
    const waiting = this.#pending[sender];
    if (waiting !== null) return waiting;
    const next = this.#active[sender].then(() => {
      this.#pending[sender] = null;
      return sender === "balancer"
        ? this.#services.balancer.serve(this.#context()).then(this.#served)
        : this.#reloadPooler();
    });
    this.#pending[sender] = next;
    this.#active[sender] = next.catch(() => {});
    return next;
  }
}

function byIndex(a: MemberName, b: MemberName): number {
  const [first, second] = [a, b].map((name) => Number(name.slice(name.lastIndexOf("-") + 1)));
  return (first ?? 0) - (second ?? 0);
}
