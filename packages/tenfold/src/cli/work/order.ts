import type { UpOrder } from "../../targets/target.ts";
import type { Context } from "../context.ts";
import { inheritedVariables } from "../inherited.ts";
import { tellProjectNotes } from "../watch.ts";

/** What the file says, for a fleet that may not be there yet. `directory`: another project's; `null`: this one's. */
export async function orderOf(context: Context, directory: string | null): Promise<UpOrder> {
  const project = await context.loadProject(null, directory ?? undefined);
  tellProjectNotes(context, project.notes);
  return {
    spec: project.spec,
    environment: project.environment,
    inherited: inheritedVariables(process.env),
    web: null,
  };
}
