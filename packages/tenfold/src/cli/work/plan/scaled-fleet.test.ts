import assert from "node:assert/strict";
import { test } from "node:test";
import { Fault } from "../../../fault/fault.ts";
import type { ScaleOrder } from "../../../targets/target.ts";
import type { Context } from "../../context.ts";
import { ScaledFleet } from "./scaled-fleet.ts";

const BUSY = new Fault("TF_LOCKED", "another operation is under way: restart");
const IMPATIENT = new AbortController().signal;

/** A fleet of three that carries orders out, unless `refusals` has one more reason not to. */
function fleetOf(refusals: Error[], bounds = { min: 3, max: 3 }) {
  let web = 3;
  const orders: string[] = [];
  const target = {
    ps: async () => ({
      fleet: "shop",
      state: "healthy",
      urls: { app: "http://127.0.0.1" },
      members: Array.from({ length: web }, () => ({ kind: "web", state: "ready" })),
    }),
    spec: async () => ({ web: { instances: bounds } }),
    scale: async ([order]: readonly ScaleOrder[]) => {
      const refusal = web === 3 && order?.by === "to" && order.count < 3 ? undefined : refusals.shift();
      if (refusal !== undefined) throw refusal;
      orders.push(`${order?.by} ${order?.count}`);
      if (order?.by === "to") web = order.count;
    },
  };
  return { context: { target } as unknown as Context, orders };
}

test("another operation that is under way is waited for, and then the former number runs again", async () => {
  const { context, orders } = fleetOf([BUSY, BUSY]);
  const fleet = await ScaledFleet.open(context);
  await fleet.to(1, IMPATIENT);
  const waited: string[] = [];
  await fleet.restore({ hurry: IMPATIENT, onWait: (why) => waited.push(why) });
  assert.deepEqual(
    [orders, waited],
    [
      ["to 1", "to 3"],
      [BUSY.message, BUSY.message],
    ],
  );
});

test("a number that moves by itself is given back", async () => {
  const { context, orders } = fleetOf([BUSY], { min: 2, max: 9 });
  const fleet = await ScaledFleet.open(context);
  await fleet.to(1, IMPATIENT);
  await fleet.restore({ hurry: IMPATIENT, onWait: () => {} });
  assert.deepEqual(orders, ["to 1", "to 3", "auto 0"]);
});

test("a number that cannot be brought back is told, with what brings it back", async () => {
  const broken = new Fault("TF_CANCELLED", "web-2 does not start");
  const { context } = fleetOf([broken, broken, broken]);
  const fleet = await ScaledFleet.open(context);
  await fleet.to(1, IMPATIENT);
  await assert.rejects(fleet.restore({ hurry: IMPATIENT, onWait: () => {} }), {
    code: "TF_MEASURE",
    message: "1 web instance runs, where 3 did before: web-2 does not start",
    hint: "tenfold scale web=3 brings the former number back",
  });
});

test("whoever is in a hurry is told at once what is not as before", async () => {
  const { context } = fleetOf([BUSY]);
  const fleet = await ScaledFleet.open(context);
  await fleet.to(1, IMPATIENT);
  const hurried = fleet.restore({ hurry: AbortSignal.abort(), onWait: () => {} });
  await assert.rejects(hurried, { code: "TF_MEASURE", message: /^1 web instance runs, where 3 did before/ });
});

test("a fleet that was never changed is left alone", async () => {
  const { context, orders } = fleetOf([]);
  await (await ScaledFleet.open(context)).restore({ hurry: IMPATIENT, onWait: () => {} });
  assert.deepEqual(orders, []);
});
