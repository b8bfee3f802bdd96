import type { MemberState, Probe, Running } from "../fleet/state.ts";

/** Failing probes in a row after which a ready member is no longer ready. */
const MISSES = 2;

/** The state that follows from a look at a member that runs; `null`: it stays as it is. */
export function afterProbe(
  state: MemberState,
  probe: Probe,
  { running, misses, now }: { readonly running: Running; readonly misses: number; readonly now: number },
): MemberState | null {
  if (!probe.ready)
    return state.state === "ready" && misses >= MISSES
      ? { state: "failed", running, since: now, reason: probe.reason, retryAt: null }
      : null;
  const { role, detail, lags = false } = probe;
  if (state.state !== "ready") return { state: "ready", running, since: now, role, detail, lags };
  const isSame = state.role === role && state.detail === detail && state.lags === lags;
  return isSame ? null : { ...state, running, role, detail, lags };
}
