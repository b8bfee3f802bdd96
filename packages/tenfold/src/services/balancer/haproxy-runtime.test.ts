import assert from "node:assert/strict";
import { test } from "node:test";
import { packCommands, parseWorkers, splitAnswers } from "./haproxy-runtime.ts";
import { parseServerStates } from "./server-state.ts";
import { parseSessions } from "./sessions.ts";
import { parseStatistics, sumOf } from "./statistics.ts";

const PROC = `#<PID>          <type>          <reloads>       <uptime>        <version>
4305            master          2 [failed: 1]   0d00h00m03s     2.6.12-1+deb12u4
# workers
4357            worker          0               0d00h00m01s     2.6.12-1+deb12u4
# old workers
4308            worker          1               0d00h00m02s     2.6.12-1+deb12u4
4290            worker          2               0d00h10m02s     2.6.12-1+deb12u4
# programs
4999            foo             0               0d00h00m00s     -

`;

test("the workers of a master are told apart from those that are leaving", () => {
  assert.deepEqual(parseWorkers(PROC), { current: 4357, former: [4308, 4290], failedReloads: 1 });
  const waiting = PROC.replace(/# workers\n.*\n/, "# workers\n");
  assert.equal(parseWorkers(waiting).current, null);
});

test("each command of a chain has its answer, an empty one too", () => {
  assert.deepEqual(splitAnswers("moved\n\n\nNo such server.\n\na\nb\n\n"), ["moved", "", "No such server.", "a\nb"]);
  assert.deepEqual(splitAnswers(""), []);
});

test("commands are packed into lines that HAProxy can hold, and none is lost", () => {
  const commands = Array.from({ length: 1000 }, (_, at) => `set server app/web-${at} state ready`);
  const lines = packCommands(commands, 500);
  assert.deepEqual(lines.flat(), commands);
  for (const line of lines) assert.ok(line.join("; ").length <= 500);
  assert.ok(lines.length < 100);
  assert.deepEqual(packCommands([]), []);
});

test("a server is enabled when nobody has taken it out, however it started", () => {
  const header =
    "# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight " +
    "srv_time_since_last_change srv_check_status srv_check_result srv_check_health srv_check_state srv_agent_state " +
    "bk_f_forced_id srv_f_forced_id srv_fqdn srv_port srvrecord";
  const row = (admin: number, op: number): string =>
    `3 app 3 web-3 127.0.0.1 ${op} ${admin} 1 1 2 1 0 0 14 0 0 0 - 18103 -`;
  const state = (admin: number, op = 2): unknown => {
    const [found] = parseServerStates(`1\n${header}\n${row(admin, op)}\n`);
    assert.equal(found?.port, 18103);
    assert.equal(found?.id, 3);
    return [found?.enabled, found?.up];
  };
  assert.deepEqual(state(0), [true, true]);
  assert.deepEqual(state(4, 0), [true, false], "0x04: it was disabled in the file once");
  assert.deepEqual(state(5, 0), [false, false], "maintenance");
  assert.deepEqual(state(8), [false, true], "drain");
  assert.deepEqual(parseServerStates("Can't find backend.\n"), []);
});

test("sessions tell where they lead, the runtime socket's own too", () => {
  const text = [
    "0x556e76875840: proto=tcpv4 src=127.0.0.1:45666 fe=edge be=app srv=web-2 ts=00 epoch=0 age=2s calls=2",
    "0x556e7699af50: proto=sockpair src=unix:2 fe=GLOBAL be=<NONE> srv=<none> ts=00 epoch=0 age=0s calls=1",
    "",
  ].join("\n");
  assert.deepEqual(parseSessions(text), [
    { id: "0x556e76875840", backend: "app", server: "web-2" },
    { id: "0x556e7699af50", backend: "<NONE>", server: "<none>" },
  ]);
});

test("statistics are found by the names of their columns, and added up", () => {
  const rows = parseStatistics("# pxname,svname,qcur,qmax,scur\napp,web-1,2,9,5\npanic,web-1,,0,1\n");
  assert.equal(rows.length, 2);
  assert.equal(sumOf(rows, "scur"), 6);
  assert.equal(sumOf(rows, "qcur"), 2);
  assert.deepEqual(
    ["svname", "qcur", "scur", "none"].map((column) => rows[1]?.get(column)),
    ["web-1", "", "1", ""],
  );
  assert.deepEqual(parseStatistics("# pxname,svname,scur\napp")[0]?.get("scur"), "");
  assert.deepEqual(parseStatistics("Unknown proxy\n"), []);
});
