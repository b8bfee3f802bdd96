import type { HttpTarget } from "../http/target.ts";
import type { Answer, LoadRecord } from "../record.ts";
import type { Arrival, RunClock } from "../run/schedule.ts";
import { sleep } from "../run/sleep.ts";
import { messageNameOf, messagesOf } from "../scenario/intended.ts";
import type { SocketStep } from "../scenario/scenario.ts";
import { renderHeaders, renderMessage, renderPath, tryRender } from "../visit/render-step.ts";
import type { Visitor } from "../visit/visitor.ts";
import { WebSocketClient } from "./client.ts";
import { Replies } from "./replies.ts";

export interface SocketOptions {
  readonly target: HttpTarget;
  readonly isStrict: boolean;
  readonly timeoutMs: number;
  readonly clock: RunClock;
  readonly onRecord: (record: LoadRecord) => void;
  /** Called for each message of the server that answers nothing, where answers are taken in their order. */
  readonly onUnasked: (step: string) => void;
  readonly signal: AbortSignal;
}

const OK: Answer = { outcome: "ok", status: null, error: null, attempts: 1, bytes: 0 };

/**
 * Opens a WebSocket, sends its messages at their times and keeps it as long as it is to be kept. Records: one for the
 * opening under the step's name; under `NAME message` one for each message that is to be answered; and one for a
 * WebSocket that was lost before its time. Tells whether all went well.
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
  const messageName = messageNameOf(step);
  let failures = 0;
  const record = (name: string, answer: Answer, { intendedAt, sentAt }: Omit<Arrival, "index">): void => {
    if (answer.outcome !== "ok" && answer.outcome !== "cancelled") failures += 1;
    onRecord({ ...answer, index, step: name, intendedAt, sentAt, endedAt: clock.now() });
  };
  const replies = new Replies({
    rule: step.replies,
    timeoutMs,
    onAnswer: (message) => record(messageName, OK, message),
    onTimeout: (message) =>
      record(messageName, { ...OK, outcome: "timeout", error: `no message in answer within ${timeoutMs} ms` }, message),
    onUnasked: () => options.onUnasked(messageName),
  });
  const rendered = tryRender(() => {
    const path = renderPath(step, visitor.lookup);
    const headers = renderHeaders(step, visitor.lookup, visitor.jar.header(path));
    // Each message is rendered when it is sent, with ids of its own; whether it can be is known now.
    if (step.message !== null) renderMessage(step.message, visitor.lookup);
    return { path, headers };
  });
  if (typeof rendered === "string") {
    record(step.name, { ...OK, outcome: "check", error: rendered, attempts: 0 }, at);
    return false;
  }
  const client = new WebSocketClient({
    target: options.target,
    isStrict: options.isStrict,
    path: rendered.path,
    headers: rendered.headers,
    timeoutMs,
    onMessage: (payload) => replies.heard(payload),
    onLost: (why) => {
      const failed: Answer = { ...OK, outcome: "reset", error: `${why}, before its time` };
      const now = clock.now();
      const waiting = replies.giveUp();
      if (waiting.length === 0) record(step.name, failed, { intendedAt: now, sentAt: now });
      for (const one of waiting) record(messageName, failed, one);
      lost.abort();
    },
  });
  const opened = await client.open();
  record(step.name, opened, at);
  if (opened.outcome !== "ok") return false;
  const ends = AbortSignal.any([signal, lost.signal]);
  const from = clock.now();
  const rounds = messagesOf(step);
  for (let round = 0; step.message !== null && round < rounds && !ends.aborted; round += 1) {
    const intendedAt = from + round * (step.every ?? 0);
    await sleep(Math.max(0, intendedAt - clock.now()), ends);
    if (ends.aborted) break;
    const { text, marks } = renderMessage(step.message, visitor.lookup);
    replies.sent({ intendedAt, sentAt: clock.now(), marks });
    client.send(text);
  }
  await sleep(Math.max(0, from + step.hold - clock.now()), ends);
  // Answers that are under way when the time is up are waited for.
  await replies.settled(ends);
  for (const one of replies.giveUp()) record(messageName, { ...OK, outcome: "cancelled", error: "cancelled" }, one);
  await client.close();
  return failures === 0;
}
