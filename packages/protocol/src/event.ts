import type { FaultMessage } from "./fault.ts";

export type RepairStage = "detected" | "fenced" | "decided" | "done" | "refused";

export type StepOutcome = "started" | "done" | "failed" | "skipped";

/** What is done, and to what: a member's name, or a release's number. */
export interface StepSubject {
  readonly kind: string;
  readonly subject: string;
}

/** What an engine tells while it works, one JSON object a line. Times are milliseconds since 1970. */
export type FleetEvent =
  /** An operation was accepted; its steps in an order in which they could run one by one. */
  | {
      readonly kind: "operation";
      readonly at: number;
      readonly id: string;
      readonly name: string;
      readonly steps: readonly string[];
    }
  | {
      readonly kind: "step";
      readonly at: number;
      readonly step: StepSubject;
      readonly outcome: StepOutcome;
      readonly detail: string | null;
    }
  | {
      readonly kind: "member";
      readonly at: number;
      readonly name: string;
      readonly state: string;
      readonly detail: string | null;
    }
  /**
   * The engine mends something by itself: it has seen what is wrong, made sure that the broken does nothing more, chosen
   * what to do, and done it, or cannot.
   */
  | {
      readonly kind: "repair";
      readonly at: number;
      readonly member: string;
      readonly stage: RepairStage;
      readonly detail: string;
    }
  /** Something worth telling that is no fault. */
  | { readonly kind: "note"; readonly at: number; readonly text: string }
  | { readonly kind: "fault"; readonly at: number; readonly fault: FaultMessage }
  /** A defect of the engine itself. */
  | { readonly kind: "bug"; readonly at: number; readonly stack: string }
  /** The operation's end; nothing follows. */
  | { readonly kind: "end"; readonly at: number; readonly ok: boolean };
