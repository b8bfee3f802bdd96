import { lateGiven, waitProbability } from "../../fleet/erlang.ts";
import { MOST_MEMBERS } from "../../spec/scalars.ts";

/** What one request needs of an instance. */
export interface Appetite {
  /** Seconds that a request occupies a slot. */
  readonly service: number;
  /** Requests that an instance works on at once: 1 for an event loop that computes, threads or processes otherwise. */
  readonly slots: number;
  /** Cs², the squared coefficient of variation: 0 where requests are all alike, 1 where they differ as exponential times do. */
  readonly variability: number;
}

/** With the one to spare. */
export const MOST_INSTANCES: number = MOST_MEMBERS;
/** However long the limit is, a queue that is nearly always full answers any surge with minutes of waiting. */
export const MOST_UTILISATION = 0.9;
const LATE = 0.05;

/** Visitors come independently of each other: Ca². */
const ARRIVALS = 1;
const ALIKE = 1e-6;

/**
 * The share of requests that take longer than `limit` seconds. Erlang C for the chance to wait, the wait stretched by
 * (Ca² + Cs²) / 2 (Allen and Cunneen); of a service, a part is the same for all and the rest exponential, such that it has
 * the variability.
 */
export function lateShare(servers: number, load: number, limit: number, { service, variability }: Appetite): number {
  if (load >= servers) return 1;
  const spare = ((servers - load) * 2) / (ARRIVALS + variability);
  const random = Math.sqrt(variability);
  const left = limit / service - (1 - random);
  if (left < 0) return 1;
  const wait = waitProbability(servers, load);
  return random < ALIKE ? wait * Math.exp(-spare * left) : lateGiven(wait, spare * random, left / random);
}

/** Whether requests that never wait keep to the limit. */
export function keepsAlone(p95: number, appetite: Appetite): boolean {
  return lateShare(1, 0, p95, appetite) < LATE;
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
  if (!keepsAlone(p95, appetite)) return null;
  const load = rate * appetite.service;
  for (let least = Math.max(1, Math.floor(load / appetite.slots)); least < MOST_INSTANCES; least += 1) {
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
