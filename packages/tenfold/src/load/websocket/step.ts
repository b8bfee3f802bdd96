import type { HttpTarget } from "../http/target.ts";
import type { Answer, LoadRecord } from "../record.ts";
import type { Arrival, RunClock } from "../run/schedule.ts";
import { sleep } from "../run/sleep.ts";
import type { SocketStep } from "../scenario/scenario.ts";
import { renderHeaders, renderPath, renderText } from "../visit/render-step.ts";
import type { Visitor } from "../visit/visitor.ts";
import { WebSocketClient } from "./client.ts";

export interface SocketOptions {
  readonly target: HttpTarget;
  readonly isStrict: boolean;
  readonly timeoutMs: number;
  readonly clock: RunClock;
  readonly onRecord: (record: LoadRecord) => void;
  readonly signal: AbortSignal;
}

const OK: Answer = { outcome: "ok", status: null, error: null, attempts: 1, bytes: 0 };

/**
 * Opens a WebSocket, sends its messages at their times and keeps it as long as it is to be kept. Records: one for the
 * opening under the step's name; under `NAME message` one for each message that is to be answered, paired with answers
 * in their order; and one for a WebSocket that was lost before its time. Tells whether all went well.
 */
export async function takeSocketStep(
  step: SocketStep,
  visitor: Visitor,
  at: Arrival,
  options: SocketOptions,
): Promise<boolean> {
  const { clock, onRecord, timeoutMs, signal } = options;
  const { index } = at;
  const lost = new AbortController();
  const pending: { readonly intendedAt: number; readonly sentAt: number }[] = [];
  const messageName = `${step.name} message`;
  let failures = 0;
  const record = (name: string, answer: Answer, times: { intendedAt: number; sentAt: number }): void => {
    if (answer.outcome !== "ok" && answer.outcome !== "cancelled") failures += 1;
    onRecord({ ...answer, index, step: name, ...times, endedAt: clock.now() });
  };
  const path = renderPath(step, visitor.lookup);
  const client = new WebSocketClient({
    target: options.target,
    isStrict: options.isStrict,
    path,
    headers: renderHeaders(step, visitor.lookup, visitor.jar.header(path)),
    timeoutMs,
    onMessage: () => {
      const first = pending.shift();
      if (first !== undefined) record(messageName, OK, first);
    },
    onLost: (why) => {
      const failed: Answer = { ...OK, outcome: "reset", error: `${why}, before its time` };
      const now = clock.now();
      if (pending.length === 0) record(step.name, failed, { intendedAt: now, sentAt: now });
      for (const one of pending.splice(0)) record(messageName, failed, one);
      lost.abort();
    },
  });
  const opened = await client.open();
  record(step.name, opened, at);
  if (opened.outcome !== "ok") return false;
  const ends = AbortSignal.any([signal, lost.signal]);
  const from = clock.now();
  const message = step.message === null ? null : renderText(step.message, visitor.lookup);
  for (let round = 0; message !== null && !ends.aborted; round += 1) {
    const intendedAt = from + round * (step.every ?? 0);
    await sleep(Math.max(0, intendedAt - clock.now()), ends);
    if (ends.aborted) break;
    if (step.replies) pending.push({ intendedAt, sentAt: clock.now() });
    client.send(message);
    if (step.every === null || intendedAt + step.every >= from + step.hold) break;
  }
  await sleep(Math.max(0, from + step.hold - clock.now()), ends);
  await waitForAnswers(pending, ends, timeoutMs);
  for (const one of pending.splice(0)) {
    const what: Answer = signal.aborted
      ? { ...OK, outcome: "cancelled", error: "cancelled" }
      : { ...OK, outcome: "timeout", error: `no message in answer within ${timeoutMs} ms` };
    record(messageName, what, one);
  }
  await client.close();
  return failures === 0;
}

const LOOK = 5;

/** Answers that are under way when the time is up are waited for. */
async function waitForAnswers(pending: readonly unknown[], ends: AbortSignal, timeoutMs: number): Promise<void> {
  for (let waited = 0; pending.length > 0 && waited < timeoutMs && !ends.aborted; waited += LOOK)
    await sleep(LOOK, ends);
}
