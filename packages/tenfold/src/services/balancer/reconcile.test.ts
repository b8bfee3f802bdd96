import assert from "node:assert/strict";
import { test } from "node:test";
import { web } from "../../../test/edge/fleet.ts";
import type { Target } from "../../render/edge/edge.ts";
import { port } from "../../units/port.ts";
import { reconcile } from "./reconcile.ts";
import type { ServerState } from "./server-state.ts";

function slot(index: number, at: number, enabled: boolean, backend = "app"): ServerState {
  return { backend, name: web(index), id: index, address: "127.0.0.1", port: at, enabled, up: enabled };
}

function target(index: number, at = 20_000 + index): Target {
  return { name: web(index), index, port: port(at) };
}

test("what is already so needs no command", () => {
  const servers = [slot(1, 20_001, true), slot(2, 1, false)];
  assert.deepEqual(reconcile("app", servers, [target(1)]), { commands: [], missing: [] });
});

test("newcomers come before others go, so that there is always somebody", () => {
  const servers = [slot(1, 20_001, true), slot(2, 1, false), slot(3, 20_003, false)];
  const { commands } = reconcile("app", servers, [target(2), target(3)]);
  assert.deepEqual(commands, [
    "set server app/web-2 addr 127.0.0.1 port 20002",
    "set server app/web-2 state ready",
    "set server app/web-3 state ready",
    "set server app/web-1 state maint",
  ]);
});

test("a server that moves is out while it moves, so that its new address is judged anew", () => {
  const { commands } = reconcile("app", [slot(1, 20_001, true)], [target(1, 30_000)]);
  assert.deepEqual(commands, [
    "set server app/web-1 state maint",
    "set server app/web-1 addr 127.0.0.1 port 30000",
    "set server app/web-1 state ready",
  ]);
});

test("an instance without a slot is missing, and servers of other backends are left alone", () => {
  const servers = [slot(1, 20_001, true), slot(2, 20_002, true, "panic")];
  const { commands, missing } = reconcile("app", servers, [target(1), target(17)]);
  assert.deepEqual(commands, []);
  assert.deepEqual(missing, [target(17)]);
});
