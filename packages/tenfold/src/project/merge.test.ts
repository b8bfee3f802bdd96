import assert from "node:assert/strict";
import { test } from "node:test";
import type { PlainMap } from "../spec/plain.ts";
import { mergeOverlay } from "./merge.ts";

function merges(base: PlainMap, overlay: PlainMap, expected: PlainMap): void {
  const before = JSON.stringify([base, overlay]);
  assert.deepEqual(mergeOverlay(base, overlay), expected);
  assert.equal(JSON.stringify([base, overlay]), before, "an input was changed");
}

test("maps merge at every depth and anything else replaces", () => {
  merges(
    { name: "a", web: { command: "x", health: { path: "/up", interval: "1s" } }, env: { A: "1", B: "2" } },
    { web: { instances: 5, health: { interval: "3s" } }, env: { B: "3", C: "4" } },
    {
      name: "a",
      web: { command: "x", health: { path: "/up", interval: "3s" }, instances: 5 },
      env: { A: "1", B: "3", C: "4" },
    },
  );
  merges({ web: { command: ["a", "b"] } }, { web: { command: ["c"] } }, { web: { command: ["c"] } });
  merges({ web: { instances: { min: 1, max: 2 } } }, { web: { instances: 4 } }, { web: { instances: 4 } });
});

test("null takes a key away, wherever it is", () => {
  merges(
    { web: "x", redis: true, env: { A: "1" } },
    { redis: null, cache: null, env: { A: null } },
    { web: "x", env: {} },
  );
  merges({ web: "x" }, { postgres: { replicas: 1, memory: null } }, { web: "x", postgres: { replicas: 1 } });
});

test("a short form counts as the map that it stands for", () => {
  merges({ web: "x" }, { web: { instances: 5 } }, { web: { command: "x", instances: 5 } });
  merges({ web: { command: "x", instances: 5 } }, { web: "y" }, { web: { command: "y", instances: 5 } });
  merges(
    { workers: { mail: "m" } },
    { workers: { mail: { instances: 2 } } },
    { workers: { mail: { command: "m", instances: 2 } } },
  );
  merges({ balancer: { port: 80 } }, { balancer: "nginx" }, { balancer: { port: 80, engine: "nginx" } });
  merges({ postgres: true }, { postgres: { replicas: 3 } }, { postgres: { replicas: 3 } });
  merges({ postgres: { replicas: 3 } }, { postgres: true }, { postgres: { replicas: 3 } });
  merges({ postgres: { replicas: 3 } }, { postgres: false }, { postgres: false });
  merges(
    { web: { command: "x", health: "/a" } },
    { web: { health: { interval: "1s" } } },
    { web: { command: "x", health: { path: "/a", interval: "1s" } } },
  );
});

test("a service that somebody else runs replaces a local one as a whole, and the other way round", () => {
  merges({ postgres: { replicas: 2 } }, { postgres: { url: "u" } }, { postgres: { url: "u" } });
  merges({ postgres: { url: "u", readUrls: [] } }, { postgres: { replicas: 1 } }, { postgres: { replicas: 1 } });
  merges({ postgres: { url: "u" } }, { postgres: { readUrls: ["r"] } }, { postgres: { url: "u", readUrls: ["r"] } });
  merges({ redis: { url: "u" } }, { redis: { url: "v" } }, { redis: { url: "v" } });
});

test("keys of prototypes are keys like others", () => {
  const overlay: PlainMap = { env: { constructor: "c", toString: "t" } };
  merges({ web: "x" }, overlay, { web: "x", env: { constructor: "c", toString: "t" } });
});
