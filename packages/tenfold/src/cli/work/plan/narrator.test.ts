import assert from "node:assert/strict";
import { test } from "node:test";
import type { Context } from "../../context.ts";
import type { MeasureWish } from "./measure-wishes.ts";
import { Narrator } from "./narrator.ts";

const WISH: MeasureWish = {
  objective: { p95: 250, errors: 0.001, achieved: 0.98 },
  search: { start: 8, least: 0.5, most: 20_000, precision: 1.1 },
  ...{ step: 2, confirm: 5, repeats: 1, threads: 1, quick: true, sizes: [1, 2], heldOut: 0 },
};

test("how long a measurement still takes is corrected by how long its first size took", () => {
  const lines: string[] = [];
  let now = 0;
  const context = {
    options: { quiet: false },
    terminal: { err: (text: string) => void lines.push(text) },
    paint: (text: string) => text,
  } as unknown as Pick<Context, "options" | "terminal" | "paint">;
  const narrator = new Narrator(context, () => now);
  narrator.begin("http://fleet/", [1, 2], WISH, 10);
  const said = Number(/about (\d+) min,/.exec(lines[0] ?? "")?.[1]);
  assert.ok(said >= 1 && said < 10, lines.join());
  narrator.size(1);
  assert.doesNotMatch(lines[1] ?? "", /min/);
  // As long as twenty times all that was said.
  now = said * 20 * 60_000;
  narrator.size(2);
  const left = Number(/2 instances; about (\d+) min more/.exec(lines[2] ?? "")?.[1]);
  assert.ok(left > said * 10, lines.join());
});
