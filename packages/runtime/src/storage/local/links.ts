import { createHmac, type KeyObject, timingSafeEqual } from "node:crypto";
import type { ResolvedLink } from "../options.ts";

export interface SignedLink {
  readonly key: string;
  readonly method: "GET" | "PUT";
  /** Seconds since 1970. */
  readonly until: number;
  readonly download: string | undefined;
}

/** Path and query of a link to a file, `now` in milliseconds: only who knows the secret can make one. */
export function signLink(
  secret: KeyObject,
  key: string,
  { method, expires, download }: ResolvedLink,
  now: number,
): string {
  const link: SignedLink = { key, method, until: Math.floor(now / 1_000) + expires, download };
  const query = new URLSearchParams({ method, until: `${link.until}` });
  if (download !== undefined) query.set("download", download);
  query.set("signature", signature(secret, link).toString("base64url"));
  return `${key.split("/").map(encodeURIComponent).join("/")}?${query}`;
}

/** What a link allows; `null` when nobody signed that. Whether it has expired is for the caller to see. */
export function readLink(secret: KeyObject, key: string, query: URLSearchParams): SignedLink | null {
  const method = query.get("method");
  const until = query.get("until") ?? "";
  if ((method !== "GET" && method !== "PUT") || !/^\d{1,15}$/.test(until)) return null;
  const link: SignedLink = { key, method, until: Number(until), download: query.get("download") ?? undefined };
  const given = Buffer.from(query.get("signature") ?? "", "base64url");
  const expected = signature(secret, link);
  return given.length === expected.length && timingSafeEqual(given, expected) ? link : null;
}

function signature(secret: KeyObject, { key, method, until, download }: SignedLink): Buffer {
  return createHmac("sha256", secret)
    .update(JSON.stringify([method, key, until, download ?? null]))
    .digest();
}
