import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { MemberName } from "../fleet/member.ts";
import { decideVoters, type VotersFacts } from "./voters.ts";

const [r2, r3] = ["postgres-2", "postgres-3"] as [MemberName, MemberName];

function facts(change: Partial<VotersFacts> & { at?: bigint; flushed?: readonly (readonly [MemberName, bigint])[] }) {
  const { at = 100n, flushed = [], ...rest } = change;
  const senders = { lsn: at, streaming: new Map(flushed) };
  return { voters: [r2, r3], running: [r2, r3], waits: true, barrier: null, senders, ...rest };
}

describe("who may have acknowledged commits that the others lack", () => {
  test("nobody leaves while everybody runs", () => {
    assert.deepEqual(
      decideVoters(
        facts({
          flushed: [
            [r2, 100n],
            [r3, 90n],
          ],
        }),
      ),
      { barrier: null, voters: null },
    );
  });

  test("one that is gone leaves at once when another has everything that is written", () => {
    assert.deepEqual(decideVoters(facts({ running: [r2], flushed: [[r2, 100n]] })).voters, [r2]);
  });

  test("under load it leaves when another has all that was written when it was already gone", () => {
    const first = decideVoters(facts({ running: [r2], at: 100n, flushed: [[r2, 80n]] }));
    assert.deepEqual(first, { barrier: { voters: [r2], lsn: 100n }, voters: null });
    const second = decideVoters(facts({ running: [r2], at: 200n, flushed: [[r2, 99n]], barrier: first.barrier }));
    assert.equal(second.voters, null);
    const third = decideVoters(facts({ running: [r2], at: 300n, flushed: [[r2, 100n]], barrier: second.barrier }));
    assert.deepEqual(third.voters, [r2]);
  });

  test("one that is gone but whose sender is still there may acknowledge, and stays", () => {
    assert.equal(
      decideVoters(
        facts({
          running: [r2],
          flushed: [
            [r2, 100n],
            [r3, 100n],
          ],
        }),
      ).voters,
      null,
    );
  });

  test("one that comes back while another catches up ends the wait", () => {
    const barrier = { voters: [r2], lsn: 100n };
    assert.deepEqual(
      decideVoters(
        facts({
          barrier,
          flushed: [
            [r2, 50n],
            [r3, 50n],
          ],
        }),
      ),
      { barrier: null, voters: null },
    );
  });

  test("the last ones stay, for nobody is left who could have everything", () => {
    assert.equal(decideVoters(facts({ running: [] })).voters, null);
  });

  test("where commits wait for nobody, nobody is certain", () => {
    assert.equal(decideVoters(facts({ voters: [], waits: false, flushed: [[r2, 100n]] })).voters, null);
  });

  test("the first voters of a primary that waited for nobody are those that run, once one has everything", () => {
    assert.deepEqual(
      decideVoters(
        facts({
          voters: [],
          flushed: [
            [r2, 100n],
            [r3, 20n],
          ],
        }),
      ).voters,
      [r2, r3],
    );
    assert.equal(
      decideVoters(
        facts({
          voters: [],
          flushed: [
            [r2, 99n],
            [r3, 20n],
          ],
        }),
      ).voters,
      null,
    );
  });
});
