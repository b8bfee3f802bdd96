import { lateGiven, waitProbability } from "../../fleet/erlang.ts";

/** What one request needs of an instance. */
export interface Appetite {
  /** Seconds that a request occupies a slot. */
  readonly service: number;
  /** Requests that an instance works on at once: 1 for an event loop that computes, threads or processes otherwise. */
  readonly slots: number;
  /**
   * (Ca² + Cs²) / 2: 1 where people come independently and requests differ as exponential times do, less for requests
   * that are all alike.
   */
  readonly variability: number;
}

const MOST_INSTANCES = 1_000;
/** However long the limit is, a queue that is nearly always full answers any surge with minutes of waiting. */
const MOST_UTILISATION = 0.9;
const LATE = 0.05;

/**
 * The share of requests that take longer than `limit` seconds: Erlang C for the chance to wait, the wait stretched by the
 * variability (Allen and Cunneen), the service exponential.
 */
export function lateShare(servers: number, load: number, limit: number, { service, variability }: Appetite): number {
  if (load >= servers) return 1;
  return lateGiven(waitProbability(servers, load), (servers - load) / variability, limit / service);
}

/** What `rate` requests a second need. */
export interface WebSize {
  /** Slots that are busy on average. */
  readonly load: number;
  /** The least number of instances that keeps to the limit. */
  readonly least: number;
  /** With one more, so that one may fail or be replaced. */
  readonly instances: number;
  /** Of the slots of `instances`, 0 to 1. */
  readonly utilisation: number;
}

/**
 * The instances for so many requests a second with a 95th percentile of at most `p95` seconds. `null` when the service
 * alone takes longer, or more than 1,000 instances were needed.
 */
export function sizeWeb(rate: number, p95: number, appetite: Appetite): WebSize | null {
  if (Math.exp(-p95 / appetite.service) >= LATE) return null;
  const load = rate * appetite.service;
  for (let least = Math.max(1, Math.floor(load / appetite.slots)); least <= MOST_INSTANCES; least += 1) {
    const servers = least * appetite.slots;
    if (load / servers > MOST_UTILISATION || lateShare(servers, load, p95, appetite) > LATE) continue;
    const instances = least + 1;
    return { load, least, instances, utilisation: load / (instances * appetite.slots) };
  }
  return null;
}

/** People at work: each asks, waits for the answer, and thinks. */
export interface Crowd {
  readonly users: number;
  /** Seconds between two actions of one of them. */
  readonly think: number;
  readonly requestsPerAction: number;
  /** Seconds that an answer takes. */
  readonly response: number;
}

/** Requests a second of a crowd (Little's law). */
export function rateOf({ users, think, requestsPerAction, response }: Crowd): number {
  return (users / (think + response)) * requestsPerAction;
}

/** How large a crowd makes so many requests a second. */
export function usersFor(rate: number, { think, requestsPerAction, response }: Omit<Crowd, "users">): number {
  return (rate / requestsPerAction) * (think + response);
}
