import type { Random } from "../../units/random.ts";

/**
 * A disturbance that wanders and comes back: its size as a share of the rate, and how long it lasts (seconds). With `at`
 * it comes from many visitors who know nothing of each other, whose sum is the smoother the more they are: `size` is for
 * that rate, and falls with the square root of more. Without, it moves all visitors alike.
 */
export interface Wander {
  readonly size: number;
  readonly seconds: number;
  readonly at?: number;
}

/**
 * A site of many visitors: pages of several requests make the rate rough for some seconds (an index of dispersion of
 * about 5 at 180 requests a second), visits of minutes make it wander, and a little moves all at once.
 */
export const SITE_NOISE: readonly Wander[] = [
  { size: 0.03, seconds: 20, at: 180 },
  { size: 0.03, seconds: 300, at: 180 },
  { size: 0.01, seconds: 300 },
];

/**
 * Bursts shorter than a minute: a crawler, a page with many parts, a push to telephones. They come from one source, so
 * they weigh less in a larger stream: by the square root of the rate over `at`.
 */
export interface Bursts {
  readonly perDay: number;
  /** Mean size as a share of the rate at `at`; sizes are exponential. */
  readonly size: number;
  readonly at: number;
  readonly seconds: readonly [number, number];
}

/** Multiplies a smooth rate by disturbances (Ornstein-Uhlenbeck, lognormal), in place. */
export function addWander(rate: Float64Array, wanders: readonly Wander[], random: Random): void {
  const smooth = wanders.some(({ at }) => at !== undefined) ? rate.slice() : rate;
  for (const { size, seconds, at } of wanders) {
    const keep = Math.exp(-1 / seconds);
    const step = Math.sqrt(1 - keep ** 2);
    let place = random.normal();
    for (let t = 0; t < rate.length; t += 1) {
      place = place * keep + step * random.normal();
      const here = at === undefined ? size : Math.min(0.5, size * Math.sqrt(at / Math.max(1, smooth[t] ?? 0)));
      rate[t] = (rate[t] ?? 0) * Math.exp(here * place - here ** 2 / 2);
    }
  }
}

/** Adds bursts to a rate, in place. */
export function addBursts(rate: Float64Array, bursts: Bursts, random: Random): void {
  let t = random.exponential(86_400 / bursts.perDay);
  while (t < rate.length) {
    const start = Math.floor(t);
    const length = Math.round(random.between(...bursts.seconds));
    const base = rate[start] ?? 0;
    const extra = random.exponential(bursts.size) * Math.sqrt(base * bursts.at);
    for (let s = start; s < Math.min(rate.length, start + length); s += 1) rate[s] = (rate[s] ?? 0) + extra;
    t += random.exponential(86_400 / bursts.perDay);
  }
}

/** A crowd that comes and goes: rises evenly, stays, and fades. Seconds, and requests a second at its height. */
export interface Crowd {
  readonly start: number;
  readonly rise: number;
  readonly stay: number;
  readonly fade: number;
  readonly height: number;
}

export function addCrowd(rate: Float64Array, { start, rise, stay, fade, height }: Crowd): void {
  const end = Math.min(rate.length, Math.ceil(start + rise + stay + 6 * fade));
  for (let t = Math.max(0, Math.floor(start)); t < end; t += 1) {
    const since = t - start;
    const share = since < rise ? since / rise : since < rise + stay ? 1 : Math.exp(-(since - rise - stay) / fade);
    rate[t] = (rate[t] ?? 0) + height * share;
  }
}

/** Hourly means as a smooth curve through the middles of the hours (cosine), in a day that repeats. */
export function hourly(means: readonly number[], hour: number): number {
  const shifted = hour - 0.5;
  const before = Math.floor(shifted);
  const mix = (1 - Math.cos(Math.PI * (shifted - before))) / 2;
  const at = (index: number): number => means[((index % means.length) + means.length) % means.length] ?? 0;
  return at(before) * (1 - mix) + at(before + 1) * mix;
}

/** Hours around midnight in which one day becomes the next: nobody's visitors change with the date from one second to the next. */
const TURN = 3;

/** A value that each day has for itself, such as how busy it is, at an hour from the start: it changes smoothly over the night. */
export function daily(values: readonly number[], hour: number): number {
  const day = Math.floor(hour / 24);
  const late = hour - day * 24;
  const here = values[day] ?? 0;
  const other = late < TURN ? values[day - 1] : late > 24 - TURN ? values[day + 1] : undefined;
  if (other === undefined) return here;
  const away = Math.min(late, 24 - late) / TURN;
  return here + ((other - here) * (1 - Math.sin((Math.PI * away) / 2))) / 2;
}
