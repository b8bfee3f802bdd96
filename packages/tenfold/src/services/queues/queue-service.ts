import { membersOf } from "../../fleet/data.ts";
import type { QueueFigures } from "../../fleet/figures.ts";
import type { Fleet } from "../../fleet/fleet.ts";
import { expandReferences } from "../../fleet/references.ts";
import { renderQueueCommand } from "../../render/app/app.ts";
import type { QueueSource } from "../../spec/scaling/queue-source.ts";
import { Secret } from "../../units/secret.ts";
import type { Context, QueueControl, QueueReading, RedisControl } from "../service.ts";
import { CommandQueue } from "./command-queue.ts";
import { readPrometheusQueue } from "./prometheus-queue.ts";
import { Unread } from "./unread.ts";

/** Where the queries of a worker go. Throws Unread. */
function prometheusUrl(fleet: Fleet, url: string | null): string {
  if (url === null) {
    const [own] = membersOf(fleet, "prometheus");
    if (own === undefined) throw new Unread("the fleet runs no Prometheus: give prometheus.url, or monitoring: true");
    return `http://127.0.0.1:${own.port}`;
  }
  const environment = fleet.releases.get(fleet.release.number)?.environment ?? {};
  const expanded = expandReferences(url, (name) => environment[name]);
  return expanded instanceof Secret ? expanded.reveal() : expanded;
}

/** The queues of workers, wherever they are. */
export class QueueService implements QueueControl {
  readonly #redis: RedisControl;
  readonly #commands = new Map<string, CommandQueue>();
  readonly #closed = new AbortController();

  constructor(redis: RedisControl) {
    this.#redis = redis;
  }

  async read(context: Context, worker: string, source: QueueSource): Promise<QueueReading> {
    try {
      return { figures: await this.#figures(context, worker, source), unread: null };
    } catch (error) {
      return { figures: null, unread: error instanceof Error ? error.message : String(error) };
    }
  }

  close(): void {
    this.#closed.abort();
  }

  #figures(context: Context, worker: string, source: QueueSource): Promise<QueueFigures> {
    const { fleet, driver } = context;
    switch (source.kind) {
      case "library":
        return this.#redis.queue(context, source.library, fleet.spec.workers[worker]?.queue ?? worker);
      case "command": {
        const queue = this.#commands.get(worker) ?? new CommandQueue();
        this.#commands.set(worker, queue);
        return queue.read(driver, renderQueueCommand(fleet, worker, source.command), this.#closed.signal);
      }
      case "prometheus":
        return readPrometheusQueue(prometheusUrl(fleet, source.url), source);
    }
  }
}
