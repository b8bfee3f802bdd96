import type { QueueFigures } from "../../fleet/figures.ts";
import type { QueueQueries } from "../../spec/scaling/queue-source.ts";
import { Unread } from "./unread.ts";

const WITHIN_MS = 2_000;

interface QueryAnswer {
  readonly status?: string;
  readonly error?: string;
  readonly data?: { readonly resultType?: string; readonly result?: unknown };
}

/** The one value of an instant query's answer; `null` when there is none. Throws Unread. */
export function singleValue(query: string, { status, error, data }: QueryAnswer): number | null {
  if (status !== "success") throw new Unread(`Prometheus refuses ${query}: ${error ?? "it does not say why"}`);
  const result = data?.result;
  const isScalar = data?.resultType === "scalar";
  if (!isScalar && !Array.isArray(result))
    throw new Unread(`${query} gives ${data?.resultType}; it must give a number`);
  const series = isScalar ? [{ value: result }] : (result as readonly { readonly value?: unknown }[]);
  if (series.length > 1)
    throw new Unread(`${query} gives ${series.length} series; sum(...) or max(...) makes one of them`);
  const value = series[0]?.value;
  const number = Array.isArray(value) ? Number(value[1]) : Number.NaN;
  return Number.isFinite(number) ? Math.max(0, number) : null;
}

/** A URL without the user and password in it, and these as a header. */
function splitCredentials(text: string): { readonly base: string; readonly headers: Readonly<Record<string, string>> } {
  const url = new URL(text);
  const { username, password } = url;
  [url.username, url.password] = ["", ""];
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  const headers: Record<string, string> =
    username === "" ? {} : { authorization: `Basic ${Buffer.from(pair).toString("base64")}` };
  return { base: url.href.replace(/\/+$/, ""), headers };
}

/** Asks a Prometheus for a queue. Rejects with Unread. */
export async function readPrometheusQueue(
  url: string,
  { depth, oldest, inFlight }: QueueQueries,
): Promise<QueueFigures> {
  if (!URL.canParse(url)) throw new Unread("the URL of its Prometheus is none");
  const { base, headers } = splitCredentials(url);
  const ask = async (query: string | null): Promise<number | null> => {
    if (query === null) return null;
    const signal = AbortSignal.timeout(WITHIN_MS);
    const words = new URLSearchParams({ query });
    let answer: QueryAnswer;
    try {
      answer = (await (await fetch(`${base}/api/v1/query?${words}`, { headers, signal })).json()) as QueryAnswer;
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      throw new Unread(`its Prometheus does not answer: ${cause instanceof Error ? cause.message : String(cause)}`);
    }
    return singleValue(query, answer);
  };
  const [queued, age, held] = await Promise.all([ask(depth), ask(oldest), ask(inFlight)]);
  if (queued === null) throw new Unread(`${depth} has no data`);
  return {
    queued,
    inFlight: held,
    oldest: age !== null ? age * 1_000 : oldest !== null && queued === 0 ? 0 : null,
    arrived: null,
  };
}
