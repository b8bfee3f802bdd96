import type { Policy } from "./policy.ts";

export interface TargetTrackingOptions {
  readonly target: number;
  readonly min: number;
  readonly max: number;
}

const OUT_MINUTES = 3;
const IN_MINUTES = 15;

/** A cloud's target tracking: minutes of CPU, three above the target to grow, fifteen well below it to shrink; never to nothing. */
export function targetTracking({ target, min, max }: TargetTrackingOptions): Policy {
  let minute: number[] = [];
  let nextMinute = 60;
  let above = 0;
  let below = 0;
  return {
    name: `target tracking ${Math.round(target * 100)} %`,
    decide: ({ sample, counts, second }) => {
      if (sample?.cpu != null) minute.push(sample.cpu);
      if (second < nextMinute || minute.length === 0) return counts.wanted;
      nextMinute = second + 60;
      const mean = minute.reduce((sum, cpu) => sum + cpu, 0) / minute.length;
      minute = [];
      above = mean > target ? above + 1 : 0;
      below = mean < 0.9 * target ? below + 1 : 0;
      const fitting = Math.ceil((mean * counts.ready) / target);
      let { wanted } = counts;
      if (above >= OUT_MINUTES) wanted = Math.max(wanted, fitting);
      if (below >= IN_MINUTES)
        wanted = Math.min(wanted, Math.max(fitting, wanted - Math.max(1, Math.ceil(wanted / 10))));
      return Math.max(min, 1, Math.min(max, wanted));
    },
  };
}
