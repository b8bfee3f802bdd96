/**
 * The queue of M/M/n: how long requests wait when `load` erlangs arrive at `servers` equal servers with one queue.
 * Numbers without units are servers; a service time is in the unit of the limit beside it.
 */

/** The probability that a request finds all servers busy (Erlang C); 1 when the load is more than they can do. */
export function waitProbability(servers: number, load: number): number {
  if (load <= 0) return 0;
  if (load >= servers) return 1;
  return fromBlocking(blockingProbability(servers, load), servers, load);
}

/**
 * Where the recursion may begin: far below a large load, blocking is what cannot be served, and whatever that is wrong by
 * shrinks a little with every step. Ten deviations below, nothing of it is left at the load.
 */
function beginning(load: number): { readonly servers: number; readonly blocking: number } {
  const servers = Math.floor(load - 10 * Math.sqrt(load));
  return servers < 1 ? { servers: 0, blocking: 1 } : { servers, blocking: 1 - servers / load };
}

/** Erlang B by its recursion, which neither overflows nor cancels. */
function blockingProbability(servers: number, load: number): number {
  let { servers: k, blocking } = beginning(load);
  for (k += 1; k <= servers; k += 1) blocking = (load * blocking) / (k + load * blocking);
  return blocking;
}

function fromBlocking(blocking: number, servers: number, load: number): number {
  return (servers * blocking) / (servers - load * (1 - blocking));
}

/** A limit on the whole time that a request takes: at most a share of `late` takes longer than `limit`. */
export interface ResponseLimit {
  readonly limit: number;
  readonly service: number;
  readonly late: number;
}

/**
 * The share of requests that take longer than so many service times, where a share of `wait` waits at all: service and
 * wait are exponential with rates 1 and `spare`, in service times; this is the tail of their sum.
 */
export function lateGiven(wait: number, spare: number, periods: number): number {
  const ends = Math.exp(-periods);
  const gap = Math.abs(spare - 1);
  // From the slower of the two, whose tail is the larger one: nothing here overflows, however long the limit is.
  const slower = Math.exp(-periods * Math.min(1, spare));
  const both = gap < 1e-9 ? periods * ends : (slower * -Math.expm1(-periods * gap)) / gap;
  return Math.min(1, ends + wait * both);
}

/** The share of requests that take longer than `limit`, queued ones included; 1 when the load is too much. */
export function lateShare(servers: number, load: number, limit: number, service: number): number {
  if (limit <= 0) return 1;
  if (load >= servers) return 1;
  return lateGiven(waitProbability(servers, load), servers - load, limit / service);
}

/** The least number of servers with which no more than `late` of the requests take longer than `limit`. */
export function leastServers(load: number, { limit, service, late }: ResponseLimit): number {
  if (!Number.isFinite(load)) throw new RangeError(`${load} is no load`);
  if (load <= 0) return 0;
  const periods = limit / service;
  if (Math.exp(-periods) >= late) throw new RangeError(`a service of ${service} cannot keep a limit of ${limit}`);
  let { servers: k, blocking } = beginning(load);
  for (k += 1; ; k += 1) {
    blocking = (load * blocking) / (k + load * blocking);
    if (k > load && lateGiven(fromBlocking(blocking, k, load), k - load, periods) <= late) return k;
  }
}
