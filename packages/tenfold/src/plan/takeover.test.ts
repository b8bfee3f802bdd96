import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { MemberName } from "../fleet/member.ts";
import { decideTakeover } from "./takeover.ts";

const name = (text: string): MemberName => text as MemberName;
const [primary, r2, r3, r4] = ["postgres-1", "postgres-2", "postgres-3", "postgres-4"].map(name) as [
  MemberName,
  MemberName,
  MemberName,
  MemberName,
];

function decide(voters: readonly MemberName[], positions: readonly (readonly [MemberName, bigint])[]) {
  return decideTakeover({ primary, voters, positions: new Map(positions) });
}

describe("who takes over from a primary that is gone", () => {
  test("the furthest of all voters", () => {
    const decision = decide(
      [r2, r3],
      [
        [r2, 100n],
        [r3, 101n],
      ],
    );
    assert.equal(decision.kind === "promote" && decision.member, r3);
    assert.match(decision.because, /at least as much as postgres-2/);
  });

  test("the first of those that are equally far", () => {
    const decision = decide(
      [r3, r2],
      [
        [r3, 100n],
        [r2, 100n],
      ],
    );
    assert.equal(decision.kind === "promote" && decision.member, r2);
  });

  test("nobody while a voter does not answer: it could have a commit that the others lack", () => {
    const decision = decide([r2, r3], [[r2, 100n]]);
    assert.equal(decision.kind, "restart");
    assert.match(decision.because, /postgres-3 does not answer/);
  });

  test("nobody where commits waited for no replica, however far one is", () => {
    assert.equal(
      decide(
        [],
        [
          [r2, 100n],
          [r3, 100n],
        ],
      ).kind,
      "restart",
    );
  });

  test("a replica that is no voter is not chosen, however far it says that it is", () => {
    const decision = decide(
      [r2],
      [
        [r2, 100n],
        [r4, 900n],
      ],
    );
    assert.equal(decision.kind === "promote" && decision.member, r2);
  });

  test("every acknowledged commit is on whoever is chosen: all histories of three servers and four commits", () => {
    // A commit is acknowledged when one of the voters has it. Each replica has a prefix of the log.
    for (let on2 = 0; on2 <= 4; on2 += 1) {
      for (let on3 = 0; on3 <= 4; on3 += 1) {
        const acknowledged = Math.max(on2, on3);
        for (const known of [[r2, r3], [r2], [r3], []] as const) {
          const positions = known.map((one) => [one, BigInt(one === r2 ? on2 : on3)] as const);
          const decision = decide([r2, r3], positions);
          if (decision.kind === "restart") continue;
          const has = decision.member === r2 ? on2 : on3;
          assert.ok(has >= acknowledged, `${decision.member} has ${has} of ${acknowledged}`);
        }
      }
    }
  });
});
