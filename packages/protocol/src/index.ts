export type { BackupReport, BackupsReport } from "./backups.ts";
export type { FleetEvent, RepairStage, StepOutcome, StepSubject } from "./event.ts";
export type { FaultMessage } from "./fault.ts";
export type { FleetReport, MemberReport, ScalingReport } from "./fleet.ts";
export type { HealthCheck, HealthReport } from "./health.ts";
export type { LoadCause, LoadCauseName, LoadDiagnosis } from "./load.ts";
export type { ReleaseReport, ReleasesReport } from "./releases.ts";
