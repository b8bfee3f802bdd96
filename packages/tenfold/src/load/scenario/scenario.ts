import type { Millis } from "../../units/millis.ts";
import type { Spacing } from "../arrivals/times.ts";

/** The statuses from one to another, both included. */
export interface StatusRange {
  readonly from: number;
  readonly to: number;
}

/** Where in an answer a value is found. */
export type CaptureSource =
  /** `items[0].id`: in a body of JSON. */
  | { readonly from: "json"; readonly path: string }
  | { readonly from: "header"; readonly name: string }
  | { readonly from: "cookie"; readonly name: string }
  /** The first group of a regular expression in the body. */
  | { readonly from: "pattern"; readonly pattern: string };

/** A value of an answer that later steps refer to as `${name}`. */
export interface Capture {
  readonly name: string;
  readonly source: CaptureSource;
}

/** A pause of a visitor, evenly spread between the two. */
export interface Think {
  readonly from: Millis;
  readonly to: Millis;
}

interface StepBase {
  readonly name: string;
  /** With references, as headers, bodies and messages are. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The pause after it; `null`: none. */
  readonly think: Think | null;
  /** How many of the visitors do it, 0 to 1. */
  readonly chance: number;
}

/** What a request carries, as it was written: values of references are put in first, and encoded as its kind needs it. */
export type Body =
  | { readonly kind: "text" | "json"; readonly text: string }
  | { readonly kind: "form"; readonly fields: readonly (readonly [string, string])[] };

export interface HttpStep extends StepBase {
  readonly kind: "http";
  readonly method: string;
  readonly body: Body | null;
  readonly expect: readonly StatusRange[];
  readonly captures: readonly Capture[];
}

/** Opens a WebSocket, keeps it for some time and closes it. */
/**
 * Which of the messages that come is the answer to one that was sent. `matching`: the first that holds its `${uuid}`, or
 * all of its text when it has none. `ordered`: the next, whatever it says. `none`: messages are not answered.
 */
export type ReplyRule = "matching" | "ordered" | "none";

export const REPLY_RULES: readonly ReplyRule[] = ["matching", "ordered", "none"];

export interface SocketStep extends StepBase {
  readonly kind: "websocket";
  /** `null`: it only listens. */
  readonly message: string | null;
  /** How often the message is sent; `null`: once. */
  readonly every: Millis | null;
  /** How long it stays open. */
  readonly hold: Millis;
  readonly replies: ReplyRule;
}

export type Step = HttpStep | SocketStep;

/** What one visitor does, from the first step to the last; a step that fails ends it. */
export interface Journey {
  readonly name: string;
  /** Its share among the journeys. */
  readonly weight: number;
  readonly steps: readonly Step[];
}

/** How much load: what the command line says wins over it. Rates are visits a second. */
export interface LoadWish {
  readonly rate?: number | undefined;
  readonly rampTo?: number | undefined;
  readonly spikeTo?: number | undefined;
  readonly trace?: string | undefined;
  readonly visitors?: number | undefined;
  readonly duration?: Millis | undefined;
  readonly spacing?: Spacing | undefined;
  readonly timeout?: Millis | undefined;
  readonly connections?: "keep-alive" | "fresh" | undefined;
  readonly maxConnections?: number | undefined;
}

/** A scenario file. */
export interface Scenario {
  readonly url: string | null;
  readonly journeys: readonly Journey[];
  readonly load: LoadWish;
  readonly thresholds: readonly string[];
}
