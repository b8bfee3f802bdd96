import type { MemberName } from "../fleet/member.ts";
import type { Topology } from "../fleet/state.ts";
import type { Context, Services } from "../services/service.ts";
import type { Store } from "./store.ts";

type Sender = "balancer" | "pooler";

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

  isServing(name: MemberName): boolean {
    return this.#store.state.topology.serving.includes(name);
  }

  isReadable(name: MemberName): boolean {
    return this.#store.state.topology.postgresReadable.includes(name);
  }

  /** Resolves when the balancer has confirmed it. */
  serve(name: MemberName, wanted: boolean): Promise<void> {
    this.#change("serving", name, wanted);
    return this.sync("balancer");
  }

  /** Resolves when the pooler has taken it. */
  read(name: MemberName, wanted: boolean): Promise<void> {
    if (this.isReadable(name) === wanted) return Promise.resolve();
    this.#change("postgresReadable", name, wanted);
    return this.sync("pooler");
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

  #change(list: keyof Topology & ("serving" | "postgresReadable"), name: MemberName, wanted: boolean): void {
    const others = this.#store.state.topology[list].filter((other) => other !== name);
    this.#store.noteTopology({ [list]: wanted ? [...others, name].sort(byIndex) : others });
  }
}

function byIndex(a: MemberName, b: MemberName): number {
  return a.localeCompare(b, "en", { numeric: true });
}
