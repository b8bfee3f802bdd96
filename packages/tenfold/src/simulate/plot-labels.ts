import { BOTTOM, HEIGHT, LEFT, type Scale, TOP, WIDTH } from "./plot-scale.ts";
import type { Score } from "./score.ts";

/** Where the name of a point is written. */
export interface Label {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly anchor: "start" | "end" | "middle";
  /** So far from its point that a line has to lead to it. */
  readonly isAway: boolean;
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

const LETTER = 6.7;
const LINE = 14;
const LONGEST = 34;

function boxOf({ x, y, anchor, text }: Label): Box {
  const width = text.length * LETTER;
  const left = anchor === "start" ? x : anchor === "end" ? x - width : x - width / 2;
  return { left, right: left + width, top: y - 10, bottom: y + 3 };
}

function meet(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

function fits({ left, right, top, bottom }: Box): boolean {
  return left > LEFT && right < WIDTH && top > TOP - 16 && bottom < HEIGHT - BOTTOM + 8;
}

/** The room that the stretches of a line take, which go along an axis. */
function boxesOf(line: readonly (readonly [number, number])[]): Box[] {
  return line.slice(1).map(([x, y], at) => {
    const [fromX, fromY] = line[at] ?? [x, y];
    return {
      left: Math.min(x, fromX) - 1,
      right: Math.max(x, fromX) + 1,
      top: Math.min(y, fromY) - 1,
      bottom: Math.max(y, fromY) + 1,
    };
  });
}

/** Beside their points or as near as there is room, where they cover neither each other, nor a point, nor, where it can be, the line. */
export function labelsOf(
  scores: readonly Score[],
  { x, y }: Scale,
  line: readonly (readonly [number, number])[],
): ReadonlyMap<Score, Label> {
  const taken: Box[] = scores.map(({ ratio, violationPercent }) => {
    const [cx, cy] = [x(ratio), y(violationPercent)];
    return { left: cx - 6, right: cx + 6, top: cy - 6, bottom: cy + 6 };
  });
  const lines = boxesOf(line);
  const places = new Map<Score, Label>();
  for (const score of scores) {
    const [cx, cy] = [x(score.ratio), y(score.violationPercent)];
    const text = score.policy.length > LONGEST ? `${score.policy.slice(0, LONGEST - 1)}…` : score.policy;
    const candidates = Array.from({ length: Math.ceil(HEIGHT / LINE) }, (_, line) => line * LINE).flatMap((away) => {
      const place = (dx: number, dy: number, anchor: Label["anchor"]): Label => {
        return { text, x: cx + dx, y: cy + dy, anchor, isAway: away > LINE };
      };
      const aside = away > LINE ? 18 : 9;
      return [
        place(aside, 4 - away, "start"),
        place(aside, 4 + away, "start"),
        place(-aside, 4 - away, "end"),
        place(-aside, 4 + away, "end"),
        place(0, -10 - away, "middle"),
        place(0, 18 + away, "middle"),
      ];
    });
    const isFree = (label: Label): boolean => {
      const box = boxOf(label);
      return fits(box) && !taken.some((other) => meet(box, other));
    };
    const isClear = (label: Label): boolean => isFree(label) && !lines.some((one) => meet(boxOf(label), one));
    const label = candidates.find(isClear) ?? candidates.find(isFree) ?? candidates[0];
    if (label === undefined) continue;
    taken.push(boxOf(label));
    places.set(score, label);
  }
  return places;
}
