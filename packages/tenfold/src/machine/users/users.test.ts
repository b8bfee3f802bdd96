import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { Fault } from "../../fault/fault.ts";
import { makeSystemUser } from "./make.ts";
import { lookUpUser, parsePasswd } from "./passwd.ts";
import { currentUser, observeUsers } from "./service-user.ts";

const root = currentUser().uid === 0;
const needsRoot = root ? false : "only root can make users";

test("users are read from /etc/passwd, and broken lines are passed over", () => {
  const text =
    "root:x:0:0:root:/root:/bin/bash\n\n+::::::\nbroken:x:one:0::/:\npg:x:101:104:PostgreSQL,,,::/bin/bash\n";
  assert.deepEqual(parsePasswd(text), [
    { name: "root", uid: 0, gid: 0, home: "/root" },
    { name: "pg", uid: 101, gid: 104, home: "/" },
  ]);
});

test("the current user can be looked up, and an invented one cannot", async () => {
  const current = currentUser();
  assert.equal((await lookUpUser(current.name))?.uid, current.uid);
  assert.equal(await lookUpUser("no-such-user-here"), null);
});

test("a user that the file names and the system lacks is a fault that says how to make it", async () => {
  await assert.rejects(observeUsers({ user: "no-such-user-here" }), (error) => {
    assert.ok(error instanceof Fault);
    assert.equal(error.code, "TF_USER");
    assert.equal(error.exit, 3);
    assert.match(error.message, /no-such-user-here/);
    return true;
  });
});

test("root as the services' user is refused, since PostgreSQL would", { skip: needsRoot }, async () => {
  await assert.rejects(observeUsers({ user: "root" }), { code: "TF_USER" });
});

test("a named user runs services and application, and the engine stays who it is", { skip: needsRoot }, async () => {
  const users = await observeUsers({ user: "nobody" });
  assert.deepEqual([users.engine.uid, users.service.name, users.application.name], [0, "nobody", "nobody"]);
});

test("an unprivileged user runs everything as itself", { skip: root ? "started as root" : false }, async () => {
  const users = await observeUsers({ user: null });
  assert.deepEqual(users.service, currentUser());
});

test("a system user is made once, without home, shell or password", { skip: needsRoot }, async () => {
  const name = `tenfold-t${process.pid}`;
  try {
    const made = await Promise.all(Array.from({ length: 8 }, () => makeSystemUser(name, "/nonexistent")));
    const [first] = made;
    assert.ok(first !== undefined && first.uid > 0 && first.uid < 1000, "a system user");
    for (const one of made) assert.deepEqual(one, first, "all who make it at once get the same");
    assert.deepEqual(await makeSystemUser(name, "/elsewhere"), first);
    const shadow = spawnSync("getent", ["shadow", name], { encoding: "utf8" }).stdout;
    assert.match(shadow, /^[^:]+:[!*]/);
  } finally {
    spawnSync("userdel", [name]);
  }
});
