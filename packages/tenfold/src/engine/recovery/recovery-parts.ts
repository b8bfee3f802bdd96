import type { RepairStage } from "@tenfold/protocol";
import type { MemberName } from "../../fleet/member.ts";
import type { PlannedStep } from "../../fleet/step.ts";
import type { Services } from "../../services/service.ts";
import type { Members } from "../members.ts";
import type { Store } from "../store.ts";

/** What mending the data tier needs of the engine. */
export interface RecoveryParts {
  readonly members: Members;
  readonly services: Services;
  readonly store: Store;
  now(): number;
  /** To whoever listens, and to the journal. */
  tell(member: MemberName, stage: RepairStage, detail: string): void;
  /** Carries a plan out beside whatever operation is under way. Throws the first failure. */
  carryOut(plan: readonly PlannedStep[]): Promise<void>;
  /** Aborted when the engine ends or the fleet shall run no more. */
  readonly signal: AbortSignal;
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** No longer than so many milliseconds for something that may hang; `undefined` when it took longer. */
export async function briefly<T>(work: Promise<T>, ms: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
