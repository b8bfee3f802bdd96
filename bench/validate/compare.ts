import { median } from "../fleet/measure.ts";
import type { Level, Outcome } from "./replay.ts";

/** A figure of real runs beside that of simulated ones. */
interface Figure {
  readonly what: string;
  readonly of: (outcome: Outcome) => number;
  readonly show: (value: number) => string;
  /** The largest difference that is aimed at, as a share. */
  readonly target?: number;
}

const FIGURES: readonly Figure[] = [
  { what: "instance-hours", of: ({ hours }) => hours, show: (value) => value.toFixed(3), target: 0.05 },
  { what: "p95", of: ({ p95 }) => p95, show: (value) => `${Math.round(value)} ms`, target: 0.2 },
  { what: "p99", of: ({ p99 }) => p99, show: (value) => `${Math.round(value)} ms` },
  { what: "seconds in violation", of: ({ violationSeconds }) => violationSeconds, show: (value) => value.toFixed(0) },
  { what: "changes of the number", of: ({ levels }) => levels.length, show: (value) => value.toFixed(0) },
];

function spread(values: readonly number[], show: (value: number) => string): string {
  return `${show(median(values))} (${show(Math.min(...values))} to ${show(Math.max(...values))})`;
}

function signed(share: number): string {
  return `${share < 0 ? "−" : "+"}${Math.abs(share * 100).toFixed(1)} %`;
}

/** Cells of a row for each figure: what, real, simulated, difference, target. Medians, with the lowest and the highest. */
export function compareOutcomes(real: readonly Outcome[], simulated: readonly Outcome[]): string[][] {
  return FIGURES.map(({ what, of, show, target }) => {
    const [seen, said] = [real.map(of), simulated.map(of)];
    const difference = median(said) / median(seen) - 1;
    const verdict = target === undefined ? "" : `±${target * 100} %${Math.abs(difference) <= target ? "" : " ✗"}`;
    return [
      what,
      spread(seen, show),
      spread(said, show),
      Number.isFinite(difference) ? signed(difference) : "",
      verdict,
    ];
  });
}

/** `73 s 3, 78 s 5`: how many there were to be from when on. */
export function levelsText(levels: readonly Level[]): string {
  return levels.map(({ second, count }) => `${Math.round(second)} s ${count}`).join(", ");
}
