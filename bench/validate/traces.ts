/** Seconds and requests a second: a level holds until the next, a ramp goes straight to its own. */
type Part = { readonly seconds: number; readonly to: number; readonly ramp?: boolean };

function csv(parts: readonly Part[]): string {
  const rows: number[] = [];
  let before = 0;
  for (const { seconds, to, ramp = false } of parts) {
    for (let at = 0; at < seconds; at += 1) rows.push(ramp ? before + ((to - before) * (at + 0.5)) / seconds : to);
    before = to;
  }
  return `second,rps\n${rows.map((rate, at) => `${at},${Number(rate.toFixed(2))}`).join("\n")}\n`;
}

export interface ReplayTrace {
  readonly what: string;
  readonly csv: string;
}

/** Each begins with a silence, so that a fleet that has just been started and one that is simulated know the same. */
export const REPLAY_TRACES: Readonly<Record<string, ReplayTrace>> = {
  growth: {
    what: "6 minutes: a step to five times the load, a ramp, a crowd of twice the load, a lower level",
    csv: csv([
      { seconds: 20, to: 0 },
      { seconds: 50, to: 5 },
      { seconds: 90, to: 24 },
      { seconds: 30, to: 30, ramp: true },
      { seconds: 60, to: 30 },
      { seconds: 80, to: 60 },
      { seconds: 50, to: 30 },
    ]),
  },
  fall: {
    what: "20 minutes: a ramp, twelve quiet minutes after ten of which the number may fall, another ramp and a crowd",
    csv: csv([
      { seconds: 20, to: 0 },
      { seconds: 60, to: 28, ramp: true },
      { seconds: 20, to: 28 },
      { seconds: 720, to: 8 },
      { seconds: 120, to: 36, ramp: true },
      { seconds: 120, to: 36 },
      { seconds: 30, to: 56 },
      { seconds: 130, to: 24 },
    ]),
  },
};
