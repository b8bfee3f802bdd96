import assert from "node:assert/strict";
import { test } from "node:test";
import { addressGroup, clientAddress } from "./client-address.ts";

function head(remoteAddress: string, forwarded?: string) {
  return { remoteAddress, header: (name: string) => (name === "x-forwarded-for" ? forwarded : undefined) };
}

test("what a visitor claims is believed only where a proxy of ours has written it", () => {
  assert.equal(clientAddress(head("10.0.0.1", "1.1.1.1"), 0), "10.0.0.1");
  assert.equal(clientAddress(head("127.0.0.1", "6.6.6.6, 1.1.1.1"), 1), "1.1.1.1");
  assert.equal(clientAddress(head("127.0.0.1", "6.6.6.6, 1.1.1.1, 10.0.0.2"), 2), "1.1.1.1");
  assert.equal(clientAddress(head("127.0.0.1", "1.1.1.1"), 2), "1.1.1.1");
  assert.equal(clientAddress(head("127.0.0.1"), 1), "127.0.0.1");
});

test("the same address is the same however it is written", () => {
  assert.equal(clientAddress(head("::ffff:1.2.3.4"), 0), "1.2.3.4");
  assert.equal(clientAddress(head("x", "1.2.3.4:5678"), 1), "1.2.3.4");
  assert.equal(clientAddress(head("x", "[2001:DB8::1]:443"), 1), "2001:db8::1");
});

test("a visitor with IPv6 is limited by the 64 bits that others do not have", () => {
  assert.equal(addressGroup("1.2.3.4"), "1.2.3.4");
  assert.equal(addressGroup("2001:db8:0:1:aaaa::1"), "2001:db8:0:1::/64");
  assert.equal(addressGroup("2001:db8:0:0001:bbbb:0:0:2"), "2001:db8:0:1::/64");
  assert.equal(addressGroup("::1"), "0:0:0:0::/64");
  assert.equal(addressGroup("fe80::1%eth0"), "fe80:0:0:0::/64");
});
