import type { RunData } from "../run/result.ts";
import type { Snapshot } from "../run/snapshot.ts";

/** From a thread: it is loaded and waits; how it is going; how it went. */
export type FromThread =
  | { readonly kind: "ready" }
  | { readonly kind: "snapshot"; readonly snapshot: Snapshot }
  | { readonly kind: "end"; readonly data: RunData };

/** To a thread. `stop`: nobody comes any more. `hurry`: give up what is in flight. */
export type ToThread = "go" | "stop" | "hurry";
