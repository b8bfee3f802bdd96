import assert from "node:assert/strict";
import { test } from "node:test";
import { isOwnAddress } from "./own-host.ts";

const OWN = ["192.168.1.20", "fe80::1"];

for (const [address, isOwn] of Object.entries({
  "127.0.0.1": true,
  "127.8.9.1": true,
  "::1": true,
  "::ffff:127.0.0.1": true,
  "0.0.0.0": true,
  "192.168.1.20": true,
  "FE80::1": true,
  "192.168.1.21": false,
  "10.0.0.1": false,
  "203.0.113.7": false,
  "::ffff:203.0.113.7": false,
  "2001:db8::1": false,
  "128.0.0.1": false,
})) {
  test(`${address} is ${isOwn ? "" : "not "}this machine`, () => assert.equal(isOwnAddress(address, OWN), isOwn));
}
