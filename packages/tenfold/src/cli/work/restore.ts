import { cp, mkdir, readdir, stat } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { EXIT_CODES } from "../../fault/catalogue.ts";
import { Fault } from "../../fault/fault.ts";
import { formatMoment, type RestoreTarget } from "../../fleet/backup/choose.ts";
import { isBackupId, PARTS, type Part } from "../../fleet/backup/manifest.ts";
import type { Origin } from "../../fleet/backup/restore.ts";
import { nameInProject, parseObjectUrl } from "../../spec/backups/place.ts";
import type { RestoreOrder, Target } from "../../targets/target.ts";
import type { Input } from "../command.ts";
import type { Context } from "../context.ts";
import { parseMoment } from "../moment.ts";
import { follow } from "../watch.ts";
import { orderOf } from "./order.ts";

function parseParts(text: string | null): readonly Part[] | null {
  if (text === null) return null;
  const words = text.split(",").map((word) => word.trim());
  const unknown = words.find((word) => !PARTS.some((part) => part === word));
  if (unknown !== undefined)
    throw new Fault("TF_ARGUMENT", `--only names ${JSON.stringify(unknown)}`, {
      hint: `write one or more of ${PARTS.join(",")}`,
    });
  return PARTS.filter((part) => words.includes(part));
}

/** A place that was typed; a store's keys are those of the file, or the usual variables. */
async function originOf(context: Context, place: string): Promise<Origin> {
  if (parseObjectUrl(place) === null) return { to: resolve(process.cwd(), place), s3: null };
  const { spec } = await context.loadProject(null);
  if (spec.backups.s3 === null)
    throw new Fault("TF_NOT_CONFIGURED", `nothing says how ${place} is reached`, {
      hint: "write backups.s3 with accessKey and secretKey to the fleet file",
    });
  return { to: place, s3: spec.backups.s3 };
}

/** This fleet's own place, as another fleet calls it. */
async function ownPlace(context: Context): Promise<Origin> {
  const { spec } = await context.loadProject(null);
  const { to, s3 } = spec.backups;
  return { to: parseObjectUrl(to) === null ? resolve(context.options.directory, to) : to, s3 };
}

async function contentOf(directory: string): Promise<string[] | null> {
  try {
    return await readdir(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

/** A directory for a second fleet: an empty one gets a copy of the project; one with a fleet file is taken as it is. */
async function openDirectory(context: Context, directory: string): Promise<void> {
  const { directory: project } = context.options;
  if (directory === project || directory.startsWith(`${project}/`))
    throw new Fault("TF_ARGUMENT", `--into ${directory} is in the project itself`, { hint: "name one beside it" });
  const content = await contentOf(directory);
  if (content === null || content.length === 0) {
    await mkdir(directory, { recursive: true, mode: (await stat(project)).mode & 0o777 });
    const { spec } = await context.loadProject(null);
    const left = new Set([".tenfold", nameInProject(spec.backups), ".git", ".hg", ".svn"]);
    for (const name of await readdir(project))
      if (!left.has(name))
        await cp(resolve(project, name), resolve(directory, name), { recursive: true, verbatimSymlinks: true });
    return;
  }
  if (content.includes(".tenfold") && (await contentOf(`${directory}/.tenfold`))?.includes("state.json") === true)
    throw new Fault("TF_RESTORE_OCCUPIED", `${directory} has a fleet already`, {
      hint: `tenfold -C ${directory} restore --from PLACE restores that fleet; or name a new directory`,
    });
  await context.loadProject(null, directory).catch((error: unknown) => {
    if (!(error instanceof Fault) || error.code !== "TF_SPEC_NOT_FOUND") throw error;
    throw new Fault("TF_RESTORE_OCCUPIED", `${directory} is not empty, and has no fleet file`, {
      hint: "name a new directory, or one with the project in it",
    });
  });
}

function question(order: Pick<RestoreOrder, "backup" | "to" | "parts">, directory: string): string {
  const what = order.parts === null ? "all data" : order.parts.join(" and ");
  return `Replace ${what} of the fleet in ${directory} by ${describe(order)}?`;
}

function describe({ backup, to }: { readonly backup: string | null; readonly to: RestoreTarget }): string {
  const from = backup === null ? "the newest backup" : `backup ${backup}`;
  switch (to.kind) {
    case "backup":
      return from;
    case "latest":
      return `${from} and all that was logged since`;
    case "time":
      return `what it was at ${formatMoment(to.at)}`;
    default:
      return to satisfies never;
  }
}

async function replaceData(context: Context, target: Target, order: RestoreOrder): Promise<number> {
  await follow(context, (watch) => target.restore(order, watch));
  const { options, terminal } = context;
  if (!options.dryRun && options.json) terminal.out(`${JSON.stringify(await target.ps())}\n`);
  return EXIT_CODES.done;
}

/** Restores this fleet, or makes another one of a backup. */
export async function restoreFleet(context: Context, input: Input): Promise<number> {
  const [backup = null] = input.words;
  if (backup !== null && !isBackupId(backup))
    throw new Fault("TF_ARGUMENT", `${JSON.stringify(backup)} is no name of a backup`, {
      hint: "tenfold backup --list shows the names",
    });
  const moment = input.text("to");
  const to: RestoreTarget = moment === null ? { kind: "backup" } : parseMoment(moment, Date.now());
  const parts = parseParts(input.text("only"));
  const place = input.text("from");
  const from = place === null ? null : await originOf(context, place);
  const into = input.text("into");
  const { options, target, terminal } = context;
  if (into !== null) {
    const directory = resolve(process.cwd(), into);
    await openDirectory(context, directory);
    const order = {
      load: () => orderOf(context, directory),
      backup,
      to,
      parts,
      from: from ?? (await ownPlace(context)),
    };
    const code = await replaceData(context, context.targetAt(directory), order);
    if (!options.quiet && !options.json && !options.dryRun)
      terminal.out(`${basename(directory)} has the data; start it: tenfold -C ${into} up\n`);
    return code;
  }
  const order: RestoreOrder = { load: () => orderOf(context, null), backup, to, parts, from };
  if (!options.dryRun && !(await context.confirm(question(order, options.directory)))) {
    terminal.err("nothing was changed\n");
    return EXIT_CODES.failed;
  }
  return replaceData(context, target, order);
}
