import assert from "node:assert/strict";
import { test } from "node:test";
import { Lab, untilPasses } from "../../../test/edge/lab.ts";
import { visit } from "../../../test/edge/visitor.ts";
import type { MemberName } from "../../fleet/member.ts";
import { visitorMap } from "../../render/nginx/rate-limit.ts";
import { block } from "../../render/nginx/words.ts";
import { freePort } from "../../testing/free-port.ts";

test("nginx takes an IPv4 address or an IPv6 network of 64 bits for one visitor", async () => {
  await using edge = await Lab.open({ balancer: "nginx" });
  const port = await freePort();
  const path = `${edge.directory}/visitor.conf`;
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  const content = [
    "daemon off;",
    `pid ${edge.directory}/visitor.pid;`,
    "events {}",
    ...block("http", [
      ...temporary.map((name) => `${name}_temp_path ${edge.directory}/${name};`),
      "access_log off;",
      // The address of a visitor cannot be chosen, so the map is asked about a header.
      ...visitorMap().map((line) => line.replace("$remote_addr $visitor", "$http_x_address $visitor")),
      ...block("server", [`listen 127.0.0.1:${port};`, "return 200 $visitor;"]),
    ]),
  ].join("\n");
  await edge.driver.writeFiles([{ path, content, mode: 0o600, owner: "service" }]);
  const name = "visitor-1" as MemberName;
  await edge.driver.start(name, edge.launch(name, ["/usr/sbin/nginx", "-c", path, "-e", "stderr"]));
  const visitorOf = async (address: string): Promise<string> =>
    (await visit({ port, headers: { "X-Address": address } })).body;
  await untilPasses(() => visitorOf("192.0.2.1"));

  const same = async (...addresses: readonly string[]): Promise<string> => {
    const seen = new Set(await Promise.all(addresses.map(visitorOf)));
    assert.equal(seen.size, 1, `${addresses.join(" ")}: ${[...seen].join(" ")}`);
    return [...seen][0] ?? "";
  };
  const visitors = [
    await same("192.0.2.1"),
    await same("192.0.2.2"),
    await same("::ffff:192.0.2.2"),
    await same("::ffff:192.0.2.3"),
    await same("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::9", "2001:db8:1:2:a:b:c:d", "2001:db8:1:2:3::"),
    await same("2001:db8:1:3:3:4:5:6", "2001:db8:1:3::9"),
    // `::` within the network's half, or across both halves.
    await same("2001:db8::1:2:3:4", "2001:db8::a:b:c:d", "2001:db8::9"),
    await same("2001::7:1:2:3:4", "2001::7:a:b:c:d"),
    await same("::1", "::2"),
  ];
  assert.equal(new Set(visitors).size, visitors.length, visitors.join(" "));
});
