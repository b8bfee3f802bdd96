import assert from "node:assert/strict";
import { test } from "node:test";
import { parseQueueAnswer } from "./command-answer.ts";
import { Unread } from "./unread.ts";

const UNKNOWN = { inFlight: null, oldest: null, arrived: null };

test("a command says how many jobs wait, and more if it can", () => {
  const known: Readonly<Record<string, object>> = {
    "120\n": { ...UNKNOWN, queued: 120 },
    " 0 ": { ...UNKNOWN, queued: 0 },
    "120 35s": { ...UNKNOWN, queued: 120, oldest: 35_000 },
    "3 1m30s": { ...UNKNOWN, queued: 3, oldest: 90_000 },
    "3 12": { ...UNKNOWN, queued: 3, oldest: 12_000 },
    '{"queued": 120}': { ...UNKNOWN, queued: 120 },
    '{"queued": 2, "oldest": 1.5, "inFlight": 4, "arrived": 900}': {
      queued: 2,
      oldest: 1500,
      inFlight: 4,
      arrived: 900,
    },
    '{"queued": 2, "oldest": "35s", "inFlight": null}': { ...UNKNOWN, queued: 2, oldest: 35_000 },
  };
  for (const [printed, figures] of Object.entries(known)) assert.deepEqual(parseQueueAnswer(printed), figures, printed);
});

test("what is no answer is told, with what would be right", () => {
  const wrong: Readonly<Record<string, RegExp>> = {
    "": /printed nothing; it must print how many jobs wait, such as 120/,
    many: /printed "many"/,
    "-3": /printed "-3"/,
    "3 soon": /printed "3 soon"/,
    "3 4 5": /printed "3 4 5"/,
    '{"oldest": 3}': /printed "\{/,
    '{"queued": "3"}': /printed "\{/,
    '{"queued": 3, "inFlight": -1}': /printed "\{/,
    "[3]": /printed "\[3\]"/,
    NaN: /printed "NaN"/,
    [`${"9".repeat(400)}`]: /printed "9{60}…"/,
  };
  for (const [printed, message] of Object.entries(wrong))
    assert.throws(
      () => parseQueueAnswer(printed),
      (error) => error instanceof Unread && message.test(error.message),
      printed,
    );
});
