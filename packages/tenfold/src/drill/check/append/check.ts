import { cycleAnomalies } from "./cycles.ts";
import { dependencies } from "./graph.ts";
import type { Anomaly, Transaction } from "./history.ts";
import { ordersOf } from "./order.ts";
import { readAnomalies } from "./reads.ts";
import { lostAppends, lostUpdates } from "./updates.ts";

/**
 * Looks in a history of transactions on lists for what no serial order explains. The order of the versions of a list is
 * seen in its values, so that no order has to be guessed (Kingsbury and Alvaro, "Elle", 2020). A clean answer is no
 * proof of serializability; an anomaly is a proof of its absence.
 */
export function checkAppends(history: readonly Transaction[]): Anomaly[] {
  const orders = ordersOf(history);
  return [
    ...orders.anomalies,
    ...readAnomalies(history),
    ...lostAppends(history, orders),
    ...lostUpdates(history),
    ...cycleAnomalies(dependencies(history, orders)),
  ];
}
