import assert from "node:assert/strict";
import { test } from "node:test";
import { parseWebSockets } from "./web-sockets.ts";

test("what is no such table, as of a balancer that an older version has started, is no WebSockets", () => {
  assert.deepEqual([...parseWebSockets("No such table")], []);
  const text = "# table: websockets, type: string, size:2048, used:2\n0x5: key=web-12 use=2 exp=60000 conn_cur=2\n";
  assert.deepEqual(
    [...parseWebSockets(`${text}0x6: key=web-1 use=0 exp=5 shard=0 conn_cur=0\n`)],
    [
      ["web-12", 2],
      ["web-1", 0],
    ],
  );
});
