import { createHash, timingSafeEqual } from "node:crypto";
import type { PlainAnswer } from "../http/index.ts";
import type { Metrics } from "./metrics.ts";

export const CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** What proxies add, the balancer of a fleet among them: who asks a process itself brings none of it. */
const FORWARDED = ["x-forwarded-for", "forwarded", "x-real-ip"];

/** Why somebody may not read them: an answer; `null` when they may. Figures tell more than a visitor should know. */
export function refusal(metrics: Metrics, header: (name: string) => string | undefined): PlainAnswer | null {
  const { readers } = metrics;
  if (readers === "anyone") return null;
  if (readers === "direct") {
    const direct = FORWARDED.every((name) => header(name) === undefined);
    return direct ? null : { status: 404, headers: { "content-type": "text/plain" }, body: "not found\n" };
  }
  if (same(header("authorization") ?? "", `Bearer ${readers.token}`)) return null;
  return { status: 401, headers: { "www-authenticate": "Bearer", "content-type": "text/plain" }, body: "who?\n" };
}

function same(found: string, expected: string): boolean {
  const hash = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(hash(found), hash(expected));
}
