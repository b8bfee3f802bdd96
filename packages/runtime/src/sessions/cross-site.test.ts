import assert from "node:assert/strict";
import { test } from "node:test";
import { isCrossSite, type Provenance } from "./cross-site.ts";

const NONE: ReadonlySet<string> = new Set();

function post(from: Partial<Provenance>): Provenance {
  return { method: "POST", upgrade: false, secFetchSite: undefined, origin: undefined, host: "app.example", ...from };
}

test("the browser's own word decides: another site and another host of the site are refused", () => {
  assert.equal(isCrossSite(post({ secFetchSite: "same-origin" }), NONE), false);
  assert.equal(isCrossSite(post({ secFetchSite: "none" }), NONE), false);
  assert.equal(isCrossSite(post({ secFetchSite: "same-site", origin: "https://evil.app.example" }), NONE), true);
  assert.equal(isCrossSite(post({ secFetchSite: "cross-site", origin: "https://app.example" }), NONE), true);
});

test("a browser that does not say so is judged by its origin, with the port", () => {
  assert.equal(isCrossSite(post({ origin: "https://app.example" }), NONE), false);
  assert.equal(isCrossSite(post({ origin: "https://app.example:8443" }), NONE), true);
  assert.equal(isCrossSite(post({ origin: "https://evil.example" }), NONE), true);
  assert.equal(isCrossSite(post({ origin: "null" }), NONE), true);
  assert.equal(isCrossSite(post({ origin: "" }), NONE), true);
});

test("a program that is no browser passes", () => {
  assert.equal(isCrossSite(post({}), NONE), false);
});

test("reading is allowed from anywhere, but no WebSocket", () => {
  const from = post({ method: "GET", secFetchSite: "cross-site", origin: "https://evil.example" });
  assert.equal(isCrossSite(from, NONE), false);
  assert.equal(isCrossSite({ ...from, upgrade: true }, NONE), true);
  assert.equal(isCrossSite({ ...from, upgrade: true, secFetchSite: undefined }, NONE), true);
  assert.equal(
    isCrossSite({ ...from, upgrade: true, secFetchSite: undefined, origin: "https://app.example" }, NONE),
    false,
  );
});

test("an origin that is trusted passes, and none that only begins like it", () => {
  const trusted = new Set(["https://partner.example"]);
  assert.equal(isCrossSite(post({ secFetchSite: "cross-site", origin: "https://partner.example" }), trusted), false);
  assert.equal(
    isCrossSite(post({ secFetchSite: "cross-site", origin: "https://partner.example.evil" }), trusted),
    true,
  );
});
