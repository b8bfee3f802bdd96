import type { MemberName } from "../fleet/member.ts";
import { isApplication } from "../fleet/member.ts";
import type { PlannedStep, Step } from "../fleet/step.ts";
import { planConverge } from "./converge.ts";
import { Graph } from "./graph.ts";
import type { World } from "./world.ts";

/** What is amiss among the services of a fleet that shall run. */
export interface Broken {
  /** Replicas of PostgreSQL that run and have not followed the primary for a while, and whether it was tried before. */
  readonly astray: readonly { readonly name: MemberName; readonly again: boolean }[];
  /** Members that ran, do not run, and are not started again by themselves. */
  readonly gone: readonly MemberName[];
}

/**
 * Brings services back, and makes replicas follow that went astray. The application is left alone: whether a release may
 * start is decided by whoever deploys it.
 */
export function planMend(world: World, { astray, gone }: Broken): PlannedStep[] {
  const first = astray[0];
  // One at a time: commits may have to wait for the others.
  if (first !== undefined) return planRejoin(first.name, first.again ? "copy" : "rewind");
  if (gone.length === 0) return [];
  const isService = ({ kind }: { readonly kind: Parameters<typeof isApplication>[0] }): boolean => !isApplication(kind);
  return planConverge({
    ...world,
    desired: world.desired.filter(({ member }) => isService(member)),
    surge: [],
    seen: new Map([...world.seen].filter(([, { member }]) => isService(member))),
    releasesToRun: [],
  });
}

function planRejoin(member: MemberName, how: "rewind" | "copy"): PlannedStep[] {
  const graph = new Graph();
  const steps: Step[] = [
    { kind: "detach", member },
    { kind: "stop", member },
    { kind: "rejoin", member, how },
    { kind: "start", member },
    { kind: "ready", member },
    { kind: "attach", member },
  ];
  graph.chain(steps, []);
  return graph.finish();
}
