import { escapeHtml } from "./escape.ts";

/** A line of a plot; `null` leaves a gap. */
export interface Series {
  readonly name: string;
  /** A class of the page's style sheet. */
  readonly style: string;
  readonly isFilled?: boolean;
  readonly points: readonly { readonly x: number; readonly y: number | null }[];
}

/** A mark on an axis. */
export interface Tick {
  readonly at: number;
  readonly text: string;
}

export interface PlotOptions {
  /** For those who cannot see it, and as its heading. */
  readonly title: string;
  readonly series: readonly Series[];
  readonly xTicks: readonly Tick[];
  readonly xRange: readonly [number, number];
  /** `log`: each doubling takes the same room, for values that differ by orders of magnitude. */
  readonly yScale: "linear" | "log";
  readonly formatY: (value: number) => string;
  /** A level worth seeing: a threshold. */
  readonly marks: readonly { readonly at: number; readonly text: string }[];
}

const WIDTH = 860;
const HEIGHT = 240;
const LEFT = 64;
const RIGHT = 14;
const TOP = 12;
const BOTTOM = 28;
const MOST_TICKS = 5;

/** Round steps: 1, 2 or 5 times a power of ten, so that at most so many fit. */
export function niceStep(span: number, most: number): number {
  const rough = span / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = [1, 2, 5, 10].find((candidate) => candidate * power >= rough) ?? 10;
  return factor * power;
}

function linearTicks(max: number): number[] {
  const step = niceStep(max, MOST_TICKS);
  return Array.from({ length: Math.floor(max / step + 1e-9) + 1 }, (_, at) => at * step);
}

function logTicks(min: number, max: number): number[] {
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(min)); power <= Math.ceil(Math.log10(max)); power += 1) {
    const decade = 10 ** power;
    const factors = max / min > 1_000 ? [1] : max / min > 30 ? [1, 3] : [1, 2, 5];
    for (const factor of factors) if (decade * factor >= min && decade * factor <= max) ticks.push(decade * factor);
  }
  return ticks;
}

interface Scale {
  readonly ticks: readonly number[];
  readonly at: (value: number) => number;
}

function scaleFor({ series, yScale, marks }: PlotOptions): Scale {
  const values = [
    ...series.flatMap(({ points }) => points.flatMap(({ y }) => (y === null ? [] : [y]))),
    ...marks.map(({ at }) => at),
  ];
  const top = Math.max(...values, 0);
  const inner = HEIGHT - TOP - BOTTOM;
  if (yScale === "linear" || top <= 0) {
    const max = top <= 0 ? 1 : top * 1.08;
    return { ticks: linearTicks(max), at: (value) => TOP + inner * (1 - value / max) };
  }
  const min = Math.min(...values.filter((value) => value > 0)) / 1.3;
  const max = top * 1.3;
  const low = Math.log(min);
  const span = Math.log(max) - low;
  return {
    ticks: logTicks(min, max),
    at: (value) => TOP + inner * (1 - (Math.log(Math.max(value, min)) - low) / span),
  };
}

function number(value: number): string {
  return value.toFixed(1);
}

function pathOf({ points, isFilled }: Series, x: (value: number) => number, scale: Scale): string {
  let path = "";
  let start: number | null = null;
  let last = 0;
  const close = (): void => {
    if (isFilled === true && start !== null) path += `V${number(HEIGHT - BOTTOM)}H${number(start)}Z`;
    start = null;
  };
  for (const point of points) {
    if (point.y === null) {
      close();
      continue;
    }
    last = x(point.x);
    path += `${start === null ? "M" : "L"}${number(last)} ${number(scale.at(point.y))}`;
    start ??= last;
  }
  close();
  return path;
}

/** A plot as SVG without scripts and without anything from elsewhere. */
export function renderPlot(options: PlotOptions): string {
  const { title, series, xTicks, xRange, formatY, marks } = options;
  const [from, to] = xRange;
  const scale = scaleFor(options);
  const x = (value: number): number => LEFT + ((WIDTH - LEFT - RIGHT) * (value - from)) / Math.max(to - from, 1e-9);
  const rows = scale.ticks.map((tick) => {
    const y = number(scale.at(tick));
    return `<path class="grid" d="M${LEFT} ${y}H${WIDTH - RIGHT}"/><text x="${LEFT - 8}" y="${y}" class="y">${escapeHtml(formatY(tick))}</text>`;
  });
  const columns = xTicks.map(({ at, text }) => {
    const place = number(x(at));
    return `<path class="grid" d="M${place} ${TOP}V${HEIGHT - BOTTOM}"/><text x="${place}" y="${HEIGHT - 8}" class="x">${escapeHtml(text)}</text>`;
  });
  const limits = marks.map(({ at, text }) => {
    const y = number(scale.at(at));
    return `<path class="mark" d="M${LEFT} ${y}H${WIDTH - RIGHT}"/><text x="${WIDTH - RIGHT}" y="${y}" dy="-8" class="end">${escapeHtml(text)}</text>`;
  });
  const lines = series.map(
    (one) => `<path class="${one.style}${one.isFilled === true ? " filled" : ""}" d="${pathOf(one, x, scale)}"/>`,
  );
  const legend = series.map(({ name, style }) => `<span><i class="${style}"></i>${escapeHtml(name)}</span>`);
  return `<figure><figcaption><b>${escapeHtml(title)}</b>${legend.join("")}</figcaption><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeHtml(title)}">${rows.join("")}${columns.join("")}${lines.join("")}${limits.join("")}</svg></figure>`;
}
