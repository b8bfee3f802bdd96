import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { extractRevision, resolveRevision } from "../../releases/revision.ts";
import type { Strategy } from "../../spec/deploy/deploy.ts";
import type { DeployOrder } from "../../targets/target.ts";
import type { Percent } from "../../units/percent.ts";
import type { Context } from "../context.ts";
import { inheritedVariables } from "../inherited.ts";
import { followAndReport, tellProjectNotes } from "../watch.ts";

export interface DeployWishes {
  readonly strategy: Strategy | null;
  readonly canary: Percent | null;
  readonly revision: string | null;
  readonly force: boolean;
}

/** What is asked of a target to deploy a project with these wishes. */
export async function deployOrder(
  context: Context,
  { strategy, canary, force }: DeployWishes,
  revision: DeployOrder["revision"],
): Promise<DeployOrder> {
  // The file of a revision is the one that the revision holds; .env files are not in it, and stay the project's.
  const { spec, environment, notes } = await context.loadProject(null, revision?.directory);
  tellProjectNotes(context, notes);
  return { spec, environment, inherited: inheritedVariables(process.env), revision, strategy, canary, force };
}

async function give(context: Context, wishes: DeployWishes, revision: DeployOrder["revision"]): Promise<number> {
  const order = await deployOrder(context, wishes, revision);
  return followAndReport(context, (watch) => context.target.deploy(order, watch));
}

/** Deploys the project's directory, or a revision of it. Gives the exit code. */
export async function deployProject(context: Context, wishes: DeployWishes): Promise<number> {
  const { directory } = context.options;
  if (wishes.revision === null) return give(context, wishes, null);
  const commit = await resolveRevision(directory, wishes.revision);
  const extracted = `${directory}/.tenfold/incoming-${randomBytes(6).toString("hex")}`;
  try {
    await extractRevision(directory, commit, extracted);
    return await give(context, wishes, { commit, directory: extracted });
  } finally {
    await rm(extracted, { recursive: true, force: true });
  }
}
