import type { Reply } from "../../redis/resp.ts";

/** Sends one command to the durable Redis' master. */
export type Send = (...words: readonly string[]) => Promise<Reply>;

/** 0 for what is not there. */
export function number(reply: Reply | undefined): number {
  const value = Number(reply ?? 0);
  return Number.isFinite(value) ? value : 0;
}

/** An age from a time in milliseconds since 1970; `null` when there was none. */
export function age(then: number, now: number): number | null {
  return Number.isFinite(then) && then > 0 ? Math.max(0, now - then) : null;
}

export function many(reply: Reply): readonly Reply[] {
  return Array.isArray(reply) ? reply : [];
}

/** The members of a sorted set with their scores, as `WITHSCORES` gives them. */
export function scored(reply: Reply): readonly { readonly member: string; readonly score: number }[] {
  const all = many(reply);
  return all.flatMap((member, at) =>
    at % 2 === 0 ? [{ member: String(member), score: Number(all[at + 1] ?? Number.NaN) }] : [],
  );
}
