import { EventEmitter } from "node:events";
import type { Opened } from "./reading.ts";

/** What pg's own pool is to its users, made of some of its methods. */
export abstract class PoolShape extends EventEmitter {
  abstract query(...args: readonly unknown[]): unknown;
  abstract connect(callback?: unknown): unknown;
  abstract end(callback?: unknown): unknown;
  abstract readonly opened: Opened | null;

  get totalCount(): number {
    return this.opened?.primary.pool.totalCount ?? 0;
  }

  get idleCount(): number {
    return this.opened?.primary.pool.idleCount ?? 0;
  }

  get waitingCount(): number {
    return this.opened?.primary.pool.waitingCount ?? 0;
  }
}
