import type { Step, Transaction } from "../check/append/history.ts";

export type HistoryFormat = "edn" | "json";

/** An operation as Jepsen's tools know it. */
interface Operation {
  readonly type: "invoke" | "ok" | "fail" | "info";
  readonly process: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly steps: readonly Step[];
}

const TYPES = { ok: "ok", failed: "fail", unknown: "info" } as const;

function operations(history: readonly Transaction[]): Operation[] {
  return history
    .flatMap(({ process, startedAt, endedAt, ending, steps }): Operation[] => {
      const asked = steps.map((step) => (step.kind === "read" ? { ...step, seen: null } : step));
      return [
        { type: "invoke", process, at: startedAt, steps: asked },
        { type: TYPES[ending], process, at: endedAt, steps: ending === "ok" ? steps : asked },
      ];
    })
    .sort((a, b) => a.at - b.at || Number(a.type !== "invoke") - Number(b.type !== "invoke"));
}

function stepText(step: Step, format: HistoryFormat): string {
  if (format === "json") {
    return step.kind === "append"
      ? `["append",${step.key},${step.value}]`
      : `["r",${step.key},${JSON.stringify(step.seen)}]`;
  }
  if (step.kind === "append") return `[:append ${step.key} ${step.value}]`;
  return `[:r ${step.key} ${step.seen === null ? "nil" : `[${step.seen.join(" ")}]`}]`;
}

function operationText({ type, process, at, steps }: Operation, index: number, format: HistoryFormat): string {
  const nanoseconds = Math.round(at * 1_000) * 1_000;
  if (format === "json") {
    const value = steps.map((step) => stepText(step, format)).join(",");
    return `{"index":${index},"type":"${type}","f":"txn","process":${process},"time":${nanoseconds},"value":[${value}]}`;
  }
  const value = steps.map((step) => stepText(step, format)).join(" ");
  return `{:index ${index}, :type :${type}, :f :txn, :process ${process}, :time ${nanoseconds}, :value [${value}]}`;
}

/**
 * A history of transactions as elle-cli reads it for its model `list-append`. Times are nanoseconds from the first
 * operation on, so that they are exact in every language.
 */
export function toHistoryText(history: readonly Transaction[], format: HistoryFormat): string {
  const all = operations(history);
  const zero = all[0]?.at ?? 0;
  const lines = all.map((operation, index) => operationText({ ...operation, at: operation.at - zero }, index, format));
  return format === "json" ? `[\n${lines.join(",\n")}\n]\n` : `[${lines.join("\n ")}]\n`;
}
