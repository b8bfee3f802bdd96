import { PARTS, type Part } from "../fleet/backup/manifest.ts";
import type { PlannedStep } from "../fleet/step.ts";
import { localPostgres, localRedis } from "../spec/local.ts";
import type { Spec } from "../spec/spec.ts";
import { Graph } from "./graph.ts";

/** What of a fleet is saved: what somebody else runs is somebody else's to save. */
export function partsOf(spec: Spec): Part[] {
  const has: Readonly<Record<Part, boolean>> = {
    postgres: localPostgres(spec) !== null,
    redis: localRedis(spec) !== null,
    storage: true,
  };
  return PARTS.filter((part) => has[part]);
}

/** Saves part after part, so that none takes more of the machine than it must; then it is whole, and older ones go. */
export function planBackup(spec: Spec, backup: string, tried: boolean): PlannedStep[] {
  const graph = new Graph();
  graph.chain(
    [
      ...partsOf(spec).map((part) => ({ kind: "save", part, backup }) as const),
      { kind: "seal", backup },
      ...(tried ? [{ kind: "try", backup } as const] : []),
      { kind: "prune", place: spec.backups.to },
    ],
    [],
  );
  return graph.finish();
}

/** Tries a backup that there is. */
export function planTry(backup: string): PlannedStep[] {
  const graph = new Graph();
  graph.add({ kind: "try", backup }, []);
  return graph.finish();
}
