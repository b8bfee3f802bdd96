import type { LoadPlan } from "../run/plan.ts";
import type { Threshold } from "../thresholds/threshold.ts";
import { executorOf, tagsOf, thresholdsOf } from "./k6-load.ts";
import { journeyFunction, stepDifferences } from "./k6-steps.ts";
import { HELPERS } from "./k6-text.ts";

export interface ExportOptions {
  readonly plan: Pick<LoadPlan, "journeys" | "arrivals" | "sender">;
  readonly url: URL;
  readonly thresholds: readonly Threshold[];
}

/** A script, and what of the load it is not: a sentence each, which its comments have as well. */
export interface K6Script {
  readonly text: string;
  readonly differences: readonly string[];
}

const DEFAULT_TIMEOUT = 10_000;
const DEFAULT_CONNECTIONS = 2_000;

/** Who comes when: visitors of a closed loop stay who they are, with their cookies and what they captured. */
const OPEN = `const visitor = () => exec.scenario.iterationInTest + 1;
`;
const CLOSED = `const visitor = () => exec.vu.idInTest;
`;

/** One line of a comment, whatever is in it. */
function comment(text: string): string {
  return `// ${text.replace(/[\r\n\u2028\u2029]+/g, " ")}\n`;
}

/**
 * The same load as a script for k6. k6 measures from the send instead of the intended send, so its latencies are lower
 * where a server stalls; a step that fails ends the visit, as it does here.
 */
export function exportK6({ plan, url, thresholds }: ExportOptions): K6Script {
  const { journeys, arrivals, sender } = plan;
  const isClosed = arrivals.kind === "closed";
  const base = `${url.protocol}//${url.host}`.replace(/^ws/, "http");
  const executor = executorOf(arrivals, sender.mostConnections ?? DEFAULT_CONNECTIONS, journeys);
  const limits = thresholdsOf(thresholds, journeys);
  const differences = [...executor.differences, ...stepDifferences(journeys), ...limits.differences];
  const options = { tags: tagsOf(journeys), pausesAtEnd: isClosed };
  const told = differences.map((difference) => comment(`Not the same: ${difference}.`)).join("");
  const text = `// Made by tenfold load --export-k6. BASE_URL, if set, replaces the address.
// k6 measures from the send, and leaves visits out that come while maxVUs are under way.
${told}import { check, sleep } from "k6";
import exec from "k6/execution";
import http from "k6/http";
import { Counter, Rate } from "k6/metrics";
import ws from "k6/ws";

const BASE = __ENV["BASE_URL"] || ${JSON.stringify(base)};
const TIMEOUT = "${sender.timeoutMs ?? DEFAULT_TIMEOUT}ms";

export const options = {
  noConnectionReuse: ${sender.connections === "fresh"},
  noCookiesReset: ${isClosed},
  insecureSkipTLSVerify: ${sender.isStrict === false},
  scenarios: {
    load: ${executor.text},
  },
  thresholds: {
${limits.text}  },
};

// What a visitor took from answers.
let captured = {};
${isClosed ? CLOSED : OPEN}
${HELPERS}
${journeys.map((journey, at) => journeyFunction(journey, at, options)).join("\n")}
const journeys = [${journeys.map((_, at) => `journey${at}`).join(", ")}];
const weights = ${JSON.stringify(journeys.map(({ weight }) => weight))};

export default function () {
${isClosed ? "" : "  captured = {};\n"}  let left = Math.random() * weights.reduce((total, weight) => total + weight, 0);
  const at = weights.findIndex((weight) => (left -= weight) < 0);
  ${isClosed ? "if (!journeys[Math.max(0, at)]()) sleep(0.1);" : "journeys[Math.max(0, at)]();"}
}
`;
  return { text, differences };
}
