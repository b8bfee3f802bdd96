import type { LoadCause } from "@tenfold/protocol";
import type { DatabaseFigures, PoolerFigures } from "../../fleet/figures.ts";
import { SUPERUSER_CONNECTIONS } from "../../fleet/tuning.ts";
import { localPostgres } from "../../spec/local.ts";
import { bytes, formatBytes } from "../../units/bytes.ts";
import { most, OFTEN, percent, shareOf, type Window, waitsForLocks } from "./cause.ts";

/** Where waits are long, connections may be used up: the superuser has some left. */
const ASK = "tenfold psql --superuser -c";
const NEARLY_ALL = 0.9;
const MOSTLY = 0.5;
const LONG_WAIT_MS = 1_000;
/** A file of the log. */
const LAG = 16 * 1024 ** 2;
/** Connections that are not the pool's. */
const RESERVED = 15;

function databaseOf({ looks }: Window): (DatabaseFigures | null)[] {
  return looks.map(({ database }) => database);
}

function isPresent<T>(value: T | null): value is T {
  return value !== null;
}

export function connectionsExhausted(window: Window): LoadCause[] {
  const known = databaseOf(window).filter(isPresent);
  const isFull = ({ connections, maxConnections: max }: DatabaseFigures): boolean =>
    connections >= Math.min(max * NEARLY_ALL, max - SUPERUSER_CONNECTIONS);
  const full = known.filter(isFull);
  const [worst] = full.toSorted((a, b) => b.connections - a.connections);
  if (worst === undefined) return [];
  return [
    {
      name: "connections-exhausted",
      level: "error",
      subject: null,
      figure: `${worst.connections} of ${worst.maxConnections} connections of PostgreSQL were open, ${SUPERUSER_CONNECTIONS} of which are kept for the superuser`,
      why: "the next one is refused; each is a process of the server",
      change: `use DATABASE_URL, which is pooled, instead of DATABASE_DIRECT_URL in the application (${ASK} "SELECT usename, application_name, state, count(*) FROM pg_stat_activity GROUP BY 1, 2, 3" shows whose they are); if all of these are needed, postgres.settings.max_connections`,
    },
  ];
}

/** What the pool could be, at most twice of what it is and as far as the server has connections. */
function largerPool({ poolSize }: PoolerFigures, waiting: number, max: number): number {
  return Math.min(poolSize * 2, poolSize + Math.max(5, waiting), max - RESERVED);
}

export function poolWaiting(window: Window): LoadCause[] {
  const poolers = window.looks.map(({ pooler }) => pooler);
  const known = poolers.filter(isPresent);
  const share = shareOf(poolers, ({ waiting }) => waiting > 0) ?? 0;
  const longest = most(known.map(({ longestWait }) => longestWait));
  const [worst] = known.toSorted((a, b) => b.waiting - a.waiting);
  if (worst === undefined || (share < OFTEN && longest < LONG_WAIT_MS)) return [];
  // Locks that others waited for at another time are not why these waited.
  const locked = waitsForLocks({ looks: window.looks.filter(({ pooler }) => (pooler?.waiting ?? 0) > 0) }, MOSTLY);
  const max = most(databaseOf(window).map((database) => database?.maxConnections ?? 0)) || 100;
  const size = largerPool(worst, worst.waiting, max);
  const grow =
    size > worst.poolSize && localPostgres(window.spec) !== null
      ? `postgres.pool.size: ${size}, if the database's cores are not busy; else make transactions shorter`
      : "make transactions shorter: the pool is as large as the server allows";
  return [
    {
      name: "pool-waiting",
      level: longest >= LONG_WAIT_MS ? "error" : "warning",
      subject: null,
      figure: `up to ${worst.waiting} clients waited for one of ${worst.poolSize} connections, at ${percent(share)} of the looks, the longest for ${Math.round(longest)} ms`,
      why: locked
        ? "connections are held by transactions that wait for locks"
        : "all connections of the pool were at work",
      change: locked ? "see lock-waiting first: a larger pool only lets more of them wait" : grow,
    },
  ];
}

export function lockWaiting(window: Window): LoadCause[] {
  const share = shareOf(databaseOf(window), ({ waitingForLocks }) => waitingForLocks > 0) ?? 0;
  if (share < OFTEN) return [];
  const worst = most(databaseOf(window).map((database) => database?.waitingForLocks ?? 0));
  return [
    {
      name: "lock-waiting",
      level: "warning",
      subject: null,
      figure: `up to ${worst} sessions waited for a lock, at ${percent(share)} of the looks`,
      why: "a transaction holds what others need",
      change: `${ASK} "SELECT pid, pg_blocking_pids(pid), query FROM pg_stat_activity WHERE cardinality(pg_blocking_pids(pid)) > 0" shows whom; make that transaction shorter, or lock_timeout in postgres.settings`,
    },
  ];
}

export function laggingReplicas(window: Window): LoadCause[] {
  const recent = window.looks.slice(-Math.max(3, Math.ceil(window.looks.length / 4)));
  const names = new Set(recent.flatMap(({ database }) => [...(database?.lag.keys() ?? [])]));
  return [...names].flatMap((name): LoadCause[] => {
    const lags = recent.map(({ database }) => database?.lag.get(name));
    const share = shareOf(lags, (lag) => lag > LAG) ?? 0;
    if (share < 0.5) return [];
    const worst = most(lags.map((lag) => lag ?? 0));
    return [
      {
        name: "lagging-replica",
        level: "warning",
        subject: name,
        figure: `it was up to ${formatBytes(bytes(worst))} of the log behind`,
        why: "it reads what it lacks slower than the primary writes; its answers are old, and commits may wait for it",
        change:
          "fewer replicas on this machine (postgres.replicas), a faster disk, or shorter reads on it (long ones hold up replay)",
      },
    ];
  });
}
