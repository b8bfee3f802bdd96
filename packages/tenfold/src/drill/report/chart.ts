import type { DrillResult } from "./result.ts";
import type { Slice, TimelineMark } from "./timeline.ts";

const WIDTH = 1000;
const LEFT = 64;
const RIGHT = 12;
const LABELS = 58;
const PLOT_HEIGHT = 72;
const PLOT_GAP = 30;

/** Text as it may stand in a page, whatever it holds. */
export function escapeText(text: string): string {
  return text.replace(
    /[&<>"']/g,
    (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" })[sign] ?? sign,
  );
}

/** A strip of the chart: what each slice amounts to, drawn as a bar. */
interface Strip {
  readonly title: string;
  readonly style: string;
  /** 0 to 1 of the strip's height. */
  readonly height: (slice: Slice) => number;
  readonly tip: (slice: Slice) => string;
  /** Lines at a height, with a label. */
  readonly scale: readonly { readonly height: number; readonly label: string }[];
}

function shortTime(ms: number): string {
  return ms >= 1_000 ? `${Number((ms / 1_000).toFixed(1))} s` : `${Math.round(ms)} ms`;
}

/** Latencies differ by orders of magnitude: each step up is ten times as long. */
function latencyStrip(slices: readonly Slice[]): Strip {
  const most = Math.max(100, ...slices.map(({ slowest }) => slowest));
  const decades = Math.ceil(Math.log10(most));
  const height = (ms: number): number => Math.min(1, Math.max(0, Math.log10(Math.max(1, ms)) / decades));
  return {
    title: "slowest request",
    style: "latency",
    height: ({ slowest }) => height(slowest),
    tip: ({ requests, failed, slowest }) =>
      `${requests} requests${failed > 0 ? `, ${failed} failed` : ""}, the slowest ${shortTime(slowest)}`,
    scale: Array.from({ length: decades }, (_, at) => 10 ** (at + 1)).map((ms) => ({
      height: height(ms),
      label: shortTime(ms),
    })),
  };
}

function rateStrip(
  title: string,
  style: string,
  {
    slices,
    width,
    of,
  }: { readonly slices: readonly Slice[]; readonly width: number; readonly of: (slice: Slice) => number },
): Strip {
  // What was held back comes all at once, and would make the rest small: twice the usual is the top.
  const sorted = slices.map(of).sort((a, b) => a - b);
  const usual = sorted[Math.floor(sorted.length * 0.75)] ?? 0;
  const most = Math.max(1, usual * 2);
  const perSecond = (count: number): number => Math.round((count * 1_000) / width);
  return {
    title,
    style,
    height: (slice) => Math.min(1, of(slice) / most),
    tip: (slice) => `${of(slice)} acknowledged, ${perSecond(of(slice))} a second`,
    scale: [{ height: 0.5, label: `${perSecond(most / 2)}/s` }],
  };
}

function stripsOf({ timeline, postgres, redis }: DrillResult): Strip[] {
  const { slices, width } = timeline;
  return [
    latencyStrip(slices),
    ...(postgres === null ? [] : [rateStrip("writes", "writes", { slices, width, of: ({ writes }) => writes })]),
    ...(redis === null
      ? []
      : [rateStrip("Redis commands", "commands", { slices, width, of: ({ commands }) => commands })]),
  ];
}

/** What is told in words above the chart; the rest is in the list below it. */
function isTold({ kind, text }: TimelineMark): boolean {
  return kind !== "member" && (kind !== "repair" || /^(detected|done|refused)/.test(text));
}

function tickStep(seconds: number): number {
  return [0.5, 1, 2, 5, 10, 20, 60].find((step) => seconds / step <= 14) ?? 120;
}

/** The timeline of a drill as a picture. Everything in it is in seconds after the fault. */
export function renderChart(result: DrillResult): string {
  const { timeline, timeToWhole } = result;
  const { slices, width, marks } = timeline;
  const from = slices[0]?.at ?? 0;
  const to = (slices.at(-1)?.at ?? 0) + width;
  const x = (at: number): number => LEFT + ((at - from) / Math.max(1, to - from)) * (WIDTH - LEFT - RIGHT);
  const px = (value: number): string => value.toFixed(1);
  const strips = stripsOf(result);
  const bottom = LABELS + strips.length * (PLOT_HEIGHT + PLOT_GAP);
  const parts: string[] = [];
  const whole = timeToWhole ?? to;
  parts.push(
    `<rect class="during" x="${px(x(0))}" y="${LABELS - 8}" width="${px(Math.max(0, x(whole) - x(0)))}" height="${bottom - LABELS - 6}"/>`,
  );
  for (const [at, strip] of strips.entries()) {
    const base = LABELS + (at + 1) * (PLOT_HEIGHT + PLOT_GAP) - PLOT_GAP + 8;
    parts.push(`<text class="title" x="${LEFT}" y="${base - PLOT_HEIGHT - 4}">${strip.title}</text>`);
    for (const { height, label } of strip.scale) {
      const y = px(base - height * PLOT_HEIGHT);
      parts.push(`<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y}" y2="${y}"/>`);
      parts.push(`<text class="scale" x="${LEFT - 6}" y="${y}">${label}</text>`);
    }
    for (const slice of slices) {
      const height = strip.height(slice) * PLOT_HEIGHT;
      const failed = strip.style === "latency" && slice.failed > 0;
      if (height === 0 && !failed) continue;
      const box = `x="${px(x(slice.at))}" y="${px(base - Math.max(1, height))}" width="${px(Math.max(0.8, x(slice.at + width) - x(slice.at) - 0.3))}" height="${px(Math.max(1, height))}"`;
      const tip = `${(slice.at / 1_000).toFixed(2)} s: ${strip.tip(slice)}`;
      parts.push(`<rect class="${failed ? "failed" : strip.style}" ${box}><title>${tip}</title></rect>`);
    }
    parts.push(`<line class="axis" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${base}" y2="${base}"/>`);
  }
  const step = tickStep((to - from) / 1_000);
  for (let second = Math.ceil(from / 1_000 / step) * step; second * 1_000 <= to; second += step) {
    parts.push(
      `<text class="tick" x="${px(x(second * 1_000))}" y="${bottom + 6}">${Number(second.toFixed(1))} s</text>`,
    );
  }
  parts.push(renderMarks(marks, { x, bottom: bottom - 14 }));
  return `<svg viewBox="0 0 ${WIDTH} ${bottom + 14}" role="img" aria-label="Timeline of ${escapeText(result.name)}">${parts.join("\n")}</svg>`;
}

function renderMarks(
  marks: readonly TimelineMark[],
  { x, bottom }: { readonly x: (at: number) => number; readonly bottom: number },
): string {
  const ends: number[] = [];
  return marks
    .map((mark) => {
      const at = x(mark.at);
      const text = mark.member === null ? mark.text : `${mark.member} ${mark.text}`;
      const title = `<title>${escapeText(`${(mark.at / 1_000).toFixed(3)} s: ${text}`)}</title>`;
      if (!isTold(mark))
        return `<line class="mark ${mark.kind}" x1="${at}" x2="${at}" y1="${bottom}" y2="${bottom + 6}">${title}</line>`;
      const short = text.length > 34 ? `${text.slice(0, 33)}…` : text;
      const length = short.length * 5.6;
      const left = Math.min(at + 3, WIDTH - RIGHT - length);
      // Labels that would meet go to the next of three rows.
      let row = ends.findIndex((end) => end < left);
      if (row === -1) row = ends.length < 3 ? ends.length : 2;
      ends[row] = left + length + 6;
      const y = 12 + row * 14;
      return `<line class="mark ${mark.kind}" x1="${at.toFixed(1)}" x2="${at.toFixed(1)}" y1="${y - 8}" y2="${bottom}">${title}</line><text class="label ${mark.kind}" x="${left.toFixed(1)}" y="${y}">${escapeText(short)}${title}</text>`;
    })
    .join("\n");
}
