import type { Journey, SocketStep, Step } from "./scenario.ts";

/** What records call the messages of a WebSocket. */
export function messageNameOf({ name }: Pick<SocketStep, "name">): string {
  return `${name} message`;
}

/** How many messages a WebSocket sends that is not lost. */
export function messagesOf({ message, every, hold }: Pick<SocketStep, "message" | "every" | "hold">): number {
  if (message === null) return 0;
  return every === null ? 1 : Math.max(1, Math.ceil(hold / every));
}

/** The requests that a step is meant to make, by the names of their records. */
export function intendedBy(step: Step): readonly (readonly [string, number])[] {
  if (step.kind === "http" || step.replies === "none") return [[step.name, 1]];
  return [
    [step.name, 1],
    [messageNameOf(step), messagesOf(step)],
  ];
}

/** The names under which the requests of journeys are counted. */
export function namesIn(journeys: readonly Pick<Journey, "steps">[]): string[] {
  return [...new Set(journeys.flatMap(({ steps }) => steps.flatMap((step) => intendedBy(step).map(([name]) => name))))];
}
