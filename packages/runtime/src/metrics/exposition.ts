import type { Histogram, Labels, Series } from "../context/index.ts";

/** What of a series never changes, rendered once. */
interface Rendered {
  /** `name{labels} `, one for each line. */
  readonly lines: readonly string[];
  /** The text of the last time, and what it was made from. */
  count: number;
  sum: number;
  text: string;
}

const rendered = new WeakMap<Series, Rendered>();

/** How long a piece of work may hold up the event loop, in milliseconds, before others get their turn. */
const SLICE = 2;

/**
 * Prometheus' text, in pieces. Others get their turn between pieces, so that a scrape of thousands of series delays no
 * request by more than one piece. Names are rendered once, and a histogram that has seen nothing since is not rendered.
 */
export async function* expose(series: readonly Series[]): AsyncGenerator<string> {
  let text = "";
  let name = "";
  let began = performance.now();
  for (const one of series) {
    if (one.name !== name) {
      name = one.name;
      text += `# HELP ${name} ${escapeHelp(one.help)}\n# TYPE ${name} ${one.kind}\n`;
    }
    text += renderSeries(one);
    if (performance.now() - began < SLICE) continue;
    yield text;
    text = "";
    await nextTurn();
    began = performance.now();
  }
  yield text;
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

export function renderSeries(series: Series): string {
  const known = rendered.get(series) ?? remember(series);
  if (series.kind === "histogram") return renderHistogram(series, known);
  const value = series.kind === "counter" ? series.value : series.read();
  return `${known.lines[0]}${number(value)}\n`;
}

function renderHistogram(histogram: Histogram, known: Rendered): string {
  const { buckets, count, sum } = histogram;
  if (known.count === count && known.sum === sum) return known.text;
  const { lines } = known;
  let text = "";
  let below = 0;
  for (let at = 0; at < buckets.length; at += 1) {
    below += buckets[at] as number;
    text += `${lines[at]}${below}\n`;
  }
  text += `${lines[buckets.length]}${count}\n${lines[buckets.length + 1]}${number(sum)}\n${lines[buckets.length + 2]}${count}\n`;
  Object.assign(known, { count, sum, text });
  return text;
}

function remember(series: Series): Rendered {
  const lines = series.kind === "histogram" ? histogramLines(series) : [`${series.name}${inBraces(series.labels)} `];
  const made = { lines, count: -1, sum: 0, text: "" };
  rendered.set(series, made);
  return made;
}

function histogramLines({ name, labels, bounds }: Histogram): readonly string[] {
  const buckets = [...bounds.map(number), "+Inf"].map((le) => `${name}_bucket${inBraces({ ...labels, le })} `);
  return [...buckets, `${name}_sum${inBraces(labels)} `, `${name}_count${inBraces(labels)} `];
}

function inBraces(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function number(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return "+Inf";
  if (value === Number.NEGATIVE_INFINITY) return "-Inf";
  return `${value}`;
}

function escapeHelp(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}

function escapeLabel(text: string): string {
  return escapeHelp(text).replaceAll('"', '\\"');
}
