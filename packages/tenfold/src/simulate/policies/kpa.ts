import type { Policy } from "./policy.ts";

export interface KpaOptions {
  /** Busy slots to keep, as a share. */
  readonly target: number;
  readonly min: number;
  readonly max: number;
}

const STABLE_SECONDS = 60;
const PANIC_SECONDS = 6;
const PANIC_AT = 2;

/** Knative's autoscaler: the mean of a minute, or of six seconds once that asks for twice what is ready; no shrinking in panic. */
export function kpa({ target, min, max }: KpaOptions): Policy {
  let panicUntil = -1;
  let seen: { readonly at: number; readonly busy: number }[] = [];
  const mean = (values: readonly { readonly busy: number }[]): number =>
    values.reduce((sum, { busy }) => sum + busy, 0) / Math.max(1, values.length);
  return {
    name: `KPA ${Math.round(target * 100)} %`,
    decide: ({ sample, counts, second }) => {
      if (sample?.cpu == null) return counts.wanted;
      seen = [
        ...seen.filter(({ at }) => at > second - STABLE_SECONDS),
        { at: second, busy: sample.cpu * counts.ready + (sample.queued > 0 ? 1 : 0) },
      ];
      const ready = Math.max(1, counts.ready);
      const stable = Math.min(Math.ceil(mean(seen) / target), ready * 1000);
      const panic = Math.ceil(mean(seen.filter(({ at }) => at > second - PANIC_SECONDS)) / target);
      if (panic / ready >= PANIC_AT) panicUntil = second + STABLE_SECONDS;
      const asked = second < panicUntil ? Math.max(panic, counts.wanted) : Math.max(stable, Math.floor(ready / 2));
      return Math.max(min, Math.min(max, asked));
    },
  };
}
