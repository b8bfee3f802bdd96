import assert from "node:assert/strict";
import { test } from "node:test";
import { neverNone } from "./never-none.ts";
import { workers } from "./workers.ts";

test("whose last worker stays because nobody knows what it has in hand is told, with what to write", () => {
  const worker = (scale: object, min = 0): object => ({ command: "work", instances: { min, max: 2 }, scale });
  const found = neverNone(
    workers.parse({
      listed: worker({ library: "list" }),
      kept: worker({ library: "list" }, 1),
      bull: worker({ library: "bullmq" }),
      celery: worker({ library: "celery" }),
      counted: worker({ command: "count" }),
      asked: worker({ prometheus: { depth: "depth" } }),
      told: worker({ prometheus: { depth: "depth", inFlight: "held" } }),
      plain: "work",
    }),
  );
  assert.deepEqual(found, [
    'The number of worker.listed does not fall below 1 by itself: whether a job is in hand is not known; a command that prints {"queued": 0, "inFlight": 0} in workers.listed.scale tells it.',
    "The number of worker.asked does not fall below 1 by itself: whether a job is in hand is not known; workers.asked.scale.prometheus.inFlight tells it.",
  ]);
});
