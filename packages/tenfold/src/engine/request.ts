import type { MemberName } from "../fleet/member.ts";
import type { Dump } from "../services/backup/control.ts";
import type { BackupRequest } from "./backup.ts";
import type { DeployRequest } from "./deploy.ts";
import type { EngineHost } from "./host.ts";
import type { UpRequest } from "./intent.ts";
import type { Operation } from "./operation.ts";
import type { RestoreRequest } from "./restore.ts";
import type { ScaleRequest } from "./scale.ts";

/** What is asked of a fleet. */
export type Request =
  | { readonly name: "up"; readonly up: UpRequest }
  | ({ readonly name: "scale" } & ScaleRequest)
  | { readonly name: "restart"; readonly members: readonly MemberName[] }
  | { readonly name: "failover"; readonly service: "postgres" | "redis"; readonly to: MemberName | null }
  | { readonly name: "deploy"; readonly deploy: DeployRequest }
  | { readonly name: "promote" }
  | { readonly name: "rollback"; readonly to: number | null }
  | { readonly name: "backup"; readonly backup: BackupRequest }
  | { readonly name: "restore"; readonly restore: RestoreRequest }
  | { readonly name: "import"; readonly dump: Dump }
  | { readonly name: "down" };

/** What a request's execution needs of the engine. */
export interface RequestContext {
  readonly host: EngineHost;
  readonly operation: Operation;
  /** Show the steps, do nothing. */
  readonly dryRun: boolean;
  readonly show: (steps: readonly string[]) => void;
  readonly note: (text: string) => void;
}
