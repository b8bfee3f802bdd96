import assert from "node:assert/strict";
import { test } from "node:test";
import { type OpenLab, openServing } from "../../../test/edge/engines.ts";
import { webs } from "../../../test/edge/fleet.ts";
import { Lab } from "../../../test/edge/lab.ts";
import type { WebFigures } from "../../fleet/figures.ts";

const open: OpenLab = (file = {}, slots) => Lab.open(file, slots);

async function look(edge: Lab): Promise<WebFigures> {
  const seen = await edge.balancer.control.figures(edge.context);
  assert.ok(seen !== null);
  return seen;
}

test("instances are those that get requests, and not the slots that nobody is in", async () => {
  await using edge = await openServing(open, {}, 3);
  assert.deepEqual([...(await look(edge)).instances.keys()], webs(3));
});
