import type { FleetReport } from "@tenfold/protocol";
import type { Order } from "../../drill/catalogue/drill.ts";
import type { Watch } from "../../targets/target.ts";
import type { Context } from "../context.ts";
import { deployOrder } from "./deploy.ts";

function webCount({ members }: FleetReport): number {
  return members.filter(({ kind, state }) => kind === "web" && state !== "draining").length;
}

/** Orders that drills give to a fleet as its user would, and that are taken back when a drill did not come to its end. */
export class DrillOrders {
  readonly #context: Context;
  readonly #before: FleetReport;
  readonly #given = new Set<Order["order"]>();

  constructor(context: Context, before: FleetReport) {
    this.#context = context;
    this.#before = before;
  }

  /** Faults: those of the order. */
  async give(order: Order, cancel: AbortSignal): Promise<void> {
    const { target } = this.#context;
    const watch: Watch = { onEvent: () => {}, dryRun: false, cancel, hurry: new AbortController().signal };
    this.#given.add(order.order);
    switch (order.order) {
      case "deploy": {
        const wishes = { strategy: order.strategy, canary: null, revision: null, force: true };
        return target.deploy(await deployOrder(this.#context, wishes, null), watch);
      }
      case "rollback":
        return target.rollback(null, watch);
      case "scale": {
        const count = order.web === "asBefore" ? webCount(this.#before) : order.web;
        return target.scale([{ group: "web", by: "to", count }], watch);
      }
      case "restart":
        return target.restart(order.names, watch);
      case "failover":
        return target.failover(order.service, null, watch);
      default:
        return order satisfies never;
    }
  }

  /** Gives the fleet the release and the number of instances that it had. Idempotent. Faults: those of the orders. */
  async takeBack(): Promise<void> {
    if (!this.#given.has("deploy") && !this.#given.has("scale")) return;
    const { target } = this.#context;
    const never = new AbortController().signal;
    const now = await target.ps();
    const { release } = this.#before;
    if (this.#given.has("deploy") && release !== null && now.release !== release)
      await target.rollback(release, { onEvent: () => {}, dryRun: false, cancel: never, hurry: never });
    if (this.#given.has("scale") && webCount(now) !== webCount(this.#before))
      await this.give({ order: "scale", web: "asBefore" }, never);
  }
}
