import { tableOf } from "../../scripts/generate/page.ts";
import type { Closing } from "../../tests/harness/sockets.ts";
import { median } from "../fleet/measure.ts";
import { DRAIN_SECONDS } from "./application.ts";
import type { Figures } from "./measure.ts";

function milliseconds(value: number): string {
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
}

function seconds(value: number): string {
  return `${(value / 1000).toFixed(1)} s`;
}

function counts(of: ReadonlyMap<string | number, number>): string {
  return [...of].map(([what, count]) => `${count} × ${what}`).join(", ");
}

export function deploysTable(all: readonly Figures[]): string[] {
  const head = ["who", "requests", "failed", "what visitors saw", "sent again", "p50", "p99", "slowest", "a deploy"];
  return tableOf(
    head,
    all.map(({ name, sent, failures, retried, latency, deploys }) => [
      name,
      `${sent}`,
      `${[...failures.values()].reduce((sum, one) => sum + one, 0)}`,
      counts(failures),
      `${retried}`,
      milliseconds(latency.p50),
      milliseconds(latency.p99),
      milliseconds(latency.max),
      seconds(median(deploys)),
    ]),
  );
}

function codes(closings: readonly Closing[]): ReadonlyMap<number, number> {
  const found = new Map<number, number>();
  for (const { code } of closings) found.set(code, (found.get(code) ?? 0) + 1);
  return found;
}

export function socketsTable(all: readonly Figures[]): string[] {
  const early = ({ after }: Closing): boolean => after < DRAIN_SECONDS * 1000;
  return tableOf(
    ["who", "WebSockets ended by a deploy", `before ${DRAIN_SECONDS} s`, "the first after", "closing codes"],
    all.map(({ name, sockets }) => [
      name,
      `${sockets.length}`,
      `${sockets.filter(early).length}`,
      sockets.length === 0 ? "–" : seconds(Math.min(...sockets.map(({ after }) => after))),
      counts(codes(sockets)),
    ]),
  );
}
