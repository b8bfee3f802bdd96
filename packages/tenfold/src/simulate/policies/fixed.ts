import type { Policy } from "./policy.ts";

/** The same number all the time, which somebody foresaw. */
export function fixed(
  name: string,
  count: number,
): { readonly name: string; readonly foresight: true; decide(): number } {
  return { name, foresight: true, decide: () => count };
}

/** Knows the need of every second: launches before it comes, and stops what is not needed for longer than a boot and a drain. */
export function clairvoyant(need: Int32Array, lead: number, hold: number): Policy {
  return {
    name: "clairvoyant",
    foresight: true,
    decide: ({ second, counts }) => {
      const most = (seconds: number): number => {
        let highest = 0;
        for (let t = second; t < Math.min(need.length, second + seconds); t += 1)
          highest = Math.max(highest, need[t] ?? 0);
        return highest;
      };
      const running = counts.ready + counts.starting;
      return Math.max(most(lead), Math.min(running, most(hold)));
    },
  };
}
