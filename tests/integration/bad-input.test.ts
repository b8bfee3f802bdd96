import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { SERVER, webOnly } from "../harness/applications.ts";
import { TENFOLD } from "../harness/program.ts";
import { createProject } from "../harness/project.ts";

const WEB = "name: shop\nweb: node server.mjs\npostgres: false\nredis: false\n";

test("what the file gets wrong is refused before anything starts, with all problems at once", async (t) => {
  await using project = await createProject({ files: { "server.mjs": SERVER } });
  const refused = async (file: string, text: string) => {
    await project.write({ [file]: text });
    const fault = await project.fault(["-f", file, "up", "-d"]);
    assert.equal(fault.exit, 2);
    t.diagnostic(`${fault.code}: ${fault.message} | ${fault.lines.join(" | ")} | ${fault.hint}`);
    return fault;
  };

  const cases: readonly (readonly [string, string, readonly RegExp[]])[] = [
    ["an unknown key", `${WEB}wokers: {}\n`, [/wokers: .*did you mean workers/]],
    ["a wrong type", `${WEB}balancer: { port: [80] }\n`, [/balancer\.port: .*list/]],
    ["no instances", "name: shop\nweb: { command: a, instances: 0 }\n", [/web\.instances: .*0/]],
    [
      "min > max",
      "name: shop\nweb: { command: a, instances: { min: 5, max: 2 } }\n",
      [/web\.instances.*5.*2|min.*max/s],
    ],
    ["even Sentinels", "name: shop\nweb: a\nredis: { sentinels: 2 }\n", [/redis\.sentinels: .*odd/]],
    [
      "several at once",
      "name: shop\nweb: { command: a, instances: 0, helth: / }\nredis: { sentinels: 4 }\n",
      [/web\.instances/, /web\.helth: .*health/, /redis\.sentinels/],
    ],
  ];
  for (const [title, text, expected] of cases) {
    await t.test(title, async () => {
      const fault = await refused("tenfold.yaml", text);
      assert.equal(fault.code, "TF_SPEC_INVALID");
      for (const pattern of expected) assert.match(fault.lines.join("\n"), pattern);
      assert.ok(fault.lines.filter((line) => /^[^ ]/.test(line)).length >= expected.length);
    });
  }

  await t.test("no valid YAML", async () => {
    const fault = await refused("tenfold.yaml", "name: shop\nweb: [1,\n");
    assert.equal(fault.code, "TF_SPEC_SYNTAX");
    assert.match(`${fault.message}${fault.lines.join()}`, /tenfold\.yaml, line 3, column 1/);
  });

  await t.test("a file that throws shows its message and where", async () => {
    const fault = await refused("tenfold.config.mjs", "export default {};\nthrow new Error('no such region');\n");
    assert.equal(fault.code, "TF_SPEC_THROWS");
    assert.match(`${fault.message} ${fault.lines.join(" ")}`, /no such region/);
    assert.match(`${fault.message} ${fault.lines.join(" ")}`, /tenfold\.config\.mjs:2/);
  });

  await t.test("a missing reference in .env", async () => {
    await project.write({ ".env": "KEY=${NOT_THERE}\n" });
    const fault = await refused("tenfold.yaml", WEB);
    await project.write({ ".env": "" });
    assert.equal(fault.code, "TF_ENV_MISSING");
    assert.match(fault.lines.join("\n"), /\.env:1.*NOT_THERE/);
    assert.match(fault.hint ?? "", /NOT_THERE:-value/);
  });

  await t.test("no file, and nothing to detect", async () => {
    const fault = await project.fault(["-C", project.path(".."), "up", "-d"]);
    assert.equal(fault.code, "TF_SPEC_NOT_FOUND");
    assert.equal(fault.exit, 2);
    assert.match(fault.hint ?? "", /tenfold init|--command/);
  });
});

test("a project's directory that is none is told, by every command", async () => {
  await using project = await createProject({ files: { file: "" } });
  for (const words of [["ps"], ["config"], ["psql"]]) {
    for (const [name, reason] of [
      ["absent", "does not exist"],
      ["file", "is a file"],
    ] as const) {
      const { code, stderr } = await project.run(["-C", project.path(name), ...words]);
      assert.equal(code, 2, stderr);
      assert.match(stderr, new RegExp(`^error: the project's directory .*${name} ${reason} \\(TF_ARGUMENT\\)$`, "m"));
    }
  }
  const fault = await project.fault(["-C", project.path("absent"), "ps"]);
  assert.equal(fault.code, "TF_ARGUMENT");
  const deleted = await project.run([], {
    argv: ["sh", "-c", 'mkdir gone && cd gone && rmdir ../gone && exec "$@"', "sh", process.execPath, TENFOLD, "ps"],
  });
  assert.equal(deleted.code, 2);
  assert.match(deleted.stderr, /^error: the current directory does not exist any more/);
});

test("what is typed wrongly is told with the nearest thing that exists", async (t) => {
  await using project = await createProject({ files: webOnly(2) });
  await project.up();
  const cases: readonly (readonly [readonly string[], string, RegExp])[] = [
    [["restart", "wbe-2"], "TF_MEMBER_UNKNOWN", /no member is called wbe-2; did you mean web-2\?/],
    [["restart", "web-7"], "TF_MEMBER_UNKNOWN", /web-7; did you mean web-\d\?/],
    [["logs", "balancr-1"], "TF_MEMBER_UNKNOWN", /balancr-1.*did you mean balancer-1\?/],
    [["exec", "web-7", "printenv"], "TF_MEMBER_UNKNOWN", /web-7/],
    [["scale", "wbe=3"], "TF_MEMBER_UNKNOWN", /wbe can be scaled; did you mean web\?/],
    [["scale", "web=0"], "TF_ARGUMENT", /web cannot be 0/],
    [["scale", "many"], "TF_ARGUMENT", /many/],
    [["scale", "web=3", "4"], "TF_ARGUMENT", /web is given more than once: web=3 4/],
    [["sclae", "3"], "TF_ARGUMENT", /no command sclae; did you mean scale\?/],
    [["up", "--detatch"], "TF_ARGUMENT", /--detatch/],
    [["up", "zero"], "TF_ARGUMENT", /"zero"/],
    [["failover", "postgres"], "TF_NOT_CONFIGURED", /postgres/i],
    [["rollback", "9"], "TF_RELEASE_UNKNOWN", /9/],
  ];
  for (const [words, code, message] of cases) {
    await t.test(`tenfold ${words.join(" ")}`, async () => {
      const json = words[0] === "exec" ? ["--json", ...words] : [...words, "--json"];
      const { code: exit, stdout } = await project.run(json);
      const { error } = JSON.parse(stdout) as { error: { code: string; message: string } };
      assert.equal(error.code, code);
      assert.match(error.message, message);
      assert.equal(exit, 2);
    });
  }

  await t.test("no command at all shows the help", async () => {
    const { code, stdout, stderr } = await project.run([]);
    assert.equal(code, 0);
    assert.match(stdout, /Usage: tenfold .*exec \[member\] <command...> .*redis-cli/s);
    assert.equal(stderr, "");
  });

  await t.test("exec runs a single word, and a program that does not exist is exit 3", async () => {
    assert.match((await project.tenfold("exec", "printenv")).stdout, /^RELEASE=1$/m);
    assert.match((await project.tenfold("exec", "web-2", "printenv", "INSTANCE_ID")).stdout, /^web-2$/m);
    const { code, stderr } = await project.run(["exec", "no-such-program"]);
    assert.equal(code, 3);
    assert.match(stderr, /no-such-program is not installed/);
    assert.equal((await project.run(["exec"])).code, 2);
  });
});

test("output that nobody reads is no failure, and output that cannot be written is one", async () => {
  await using project = await createProject({ files: { "server.mjs": SERVER } });
  const line = [process.execPath, TENFOLD, "--help"].map((word) => `'${word}'`).join(" ");
  const shell = (command: string) => project.run([], { argv: ["sh", "-c", command] });
  const unread = await shell(`{ ${line}; echo $? > code.txt; } | true`);
  assert.equal(unread.stderr, "");
  assert.equal((await readFile(project.path("code.txt"), "utf8")).trim(), "0");
  const full = await shell(`${line} > /dev/full`);
  assert.equal(full.code, 1);
  assert.match(full.stderr, /TF_DISK_FULL/);
});
