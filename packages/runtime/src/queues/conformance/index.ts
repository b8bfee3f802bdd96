import { describe } from "node:test";
import { testAttempts } from "./attempts.ts";
import type { QueueFixture } from "./fixture.ts";
import { testOperation } from "./operation.ts";
import { testTurns } from "./turns.ts";

/** What every place where queues are kept promises, run on each of them. */
export function describeQueues(name: string, open: () => Promise<QueueFixture>): void {
  describe(`queues in ${name}`, () => {
    testAttempts(open);
    testTurns(open);
    testOperation(open);
  });
}
