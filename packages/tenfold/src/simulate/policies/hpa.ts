import type { Policy } from "./policy.ts";

export interface HpaOptions {
  /** Mean CPU to keep, 0 to 1. */
  readonly target: number;
  readonly min: number;
  readonly max: number;
}

/**
 * The Kubernetes autoscaler as it comes: looks every 15 s, holds within 10 %, counts instances that are not ready as
 * idle when it grows, at most doubles (or adds four) in 15 s, and shrinks to the most that five minutes asked for. Without
 * measurements it holds. It never goes to nothing, from where it would not come back.
 */
export function hpa({ target, min, max }: HpaOptions): Policy {
  let nextLook = 0;
  let recent: { at: number; count: number }[] = [];
  return {
    name: `HPA ${Math.round(target * 100)} %`,
    decide: ({ sample, counts, second }) => {
      const running = counts.ready + counts.starting;
      if (second < nextLook || sample?.cpu == null) return counts.wanted;
      nextLook = second + 15;
      const ratio = sample.cpu / target;
      let proposal = running;
      if (Math.abs(ratio - 1) > 0.1) {
        proposal = Math.ceil(ratio * counts.ready);
        if (ratio > 1 && counts.starting > 0) {
          const withIdle = (sample.cpu * counts.ready) / running / target;
          proposal = withIdle > 1.1 ? Math.ceil(withIdle * running) : running;
        }
        if (ratio < 1 && counts.starting > 0)
          proposal = Math.min(running, Math.ceil(ratio * counts.ready) + counts.starting);
      }
      recent = [...recent.filter(({ at }) => at > second - 300), { at: second, count: proposal }];
      const steadied = proposal < running ? Math.min(running, Math.max(...recent.map(({ count }) => count))) : proposal;
      return Math.max(min, 1, Math.min(max, Math.min(steadied, Math.max(2 * running, running + 4))));
    },
  };
}
