import { cp, mkdir, readdir, rm, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { EXIT_CODES } from "../../fault/catalogue.ts";
import { Fault } from "../../fault/fault.ts";
import type { Origin } from "../../fleet/backup/restore.ts";
import { nameInProject } from "../../spec/backups/place.ts";
import type { Context } from "../context.ts";

/** What was in a directory before: nothing, nothing and no directory, a project, or a project and something of a fleet. */
type Before = "absent" | "empty" | "project" | "remains";

async function contentOf(directory: string): Promise<string[] | null> {
  try {
    return await readdir(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

/** Faults: TF_ARGUMENT, TF_RESTORE_OCCUPIED. */
async function look(context: Context, directory: string, from: Origin): Promise<Before> {
  const { directory: project } = context.options;
  if (directory === project || directory.startsWith(`${project}/`))
    throw new Fault("TF_ARGUMENT", `--into ${directory} is in the project itself`, { hint: "name one beside it" });
  const content = await contentOf(directory);
  if (content === null) return "absent";
  if (content.length === 0) return "empty";
  const state = content.includes(".tenfold") ? await contentOf(`${directory}/.tenfold`) : null;
  if (state?.includes("state.json") === true)
    throw new Fault("TF_RESTORE_OCCUPIED", `${directory} has a fleet already`, {
      hint: `tenfold -C ${directory} restore --from ${from.to} restores that fleet, tenfold -C ${directory} down --volumes deletes it; or name a new directory`,
    });
  await context.loadProject(null, directory).catch((error: unknown) => {
    if (!(error instanceof Fault) || error.code !== "TF_SPEC_NOT_FOUND") throw error;
    throw new Fault("TF_RESTORE_OCCUPIED", `${directory} is not empty, and has no fleet file`, {
      hint: "name a new directory, or one with the project in it",
    });
  });
  return state === null ? "project" : "remains";
}

async function copyProject(context: Context, directory: string): Promise<void> {
  const { directory: project } = context.options;
  const { spec } = await context.loadProject(null);
  await mkdir(directory, { recursive: true, mode: (await stat(project)).mode & 0o777 });
  const left = new Set([".tenfold", nameInProject(spec.backups), ".git", ".hg", ".svn"]);
  for (const name of await readdir(project))
    if (!left.has(name))
      await cp(resolve(project, name), resolve(directory, name), { recursive: true, verbatimSymlinks: true });
}

/** Takes away what was put into a directory, its engine and its fleet's data too. */
async function undo(context: Context, directory: string, before: Exclude<Before, "remains">): Promise<void> {
  if ((await contentOf(directory)) === null) return;
  const never = new AbortController().signal;
  const watch = { onEvent: () => {}, dryRun: false, cancel: never, hurry: never };
  await context.targetAt(directory).down({ volumes: true, isUndo: true }, watch);
  if (before === "absent") await rm(directory, { recursive: true, force: true });
  if (before === "empty")
    for (const name of await readdir(directory)) await rm(resolve(directory, name), { recursive: true, force: true });
}

/**
 * Makes a second fleet in a directory: an empty one gets a copy of the project, one with a fleet file is taken as it is.
 * Where `restore` fails, or was only asked what it would do, the directory is again what it was, so that the same
 * command can be given again. Faults: TF_ARGUMENT, TF_RESTORE_OCCUPIED, and those of `restore`.
 */
export async function restoreInto(
  context: Context,
  directory: string,
  from: Origin,
  restore: () => Promise<void>,
): Promise<void> {
  const before = await look(context, directory, from);
  try {
    if (before === "absent" || before === "empty") await copyProject(context, directory);
    await restore();
  } catch (error) {
    // Somebody else is at work there.
    if (!(error instanceof Fault && error.exit === EXIT_CODES.locked)) await undoOrTell(context, directory, before);
    throw error;
  }
  if (context.options.dryRun) await undoOrTell(context, directory, before);
}

async function undoOrTell(context: Context, directory: string, before: Before): Promise<void> {
  if (before === "remains") return;
  try {
    await undo(context, directory, before);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const remove = before === "project" ? "" : ` && rm -r ${directory}`;
    context.terminal.err(
      `what was begun is still in ${directory} (${error.message}); take it away before another try: tenfold -C ${directory} down --volumes -y${remove}\n`,
    );
  }
}
