import { basename, resolve } from "node:path";
import { EXIT_CODES } from "../../fault/catalogue.ts";
import { Fault } from "../../fault/fault.ts";
import { formatMoment, type RestoreTarget } from "../../fleet/backup/choose.ts";
import { isBackupId, PARTS, type Part } from "../../fleet/backup/manifest.ts";
import type { Origin } from "../../fleet/backup/restore.ts";
import { parseObjectUrl } from "../../spec/backups/place.ts";
import type { RestoreOrder, Target } from "../../targets/target.ts";
import type { Input } from "../command.ts";
import type { Context } from "../context.ts";
import { parseMoment } from "../moment.ts";
import { follow } from "../watch.ts";
import { orderOf } from "./order.ts";
import { restoreInto } from "./restore-into.ts";

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

async function replaceData(context: Context, target: Target, order: RestoreOrder): Promise<void> {
  await follow(context, (watch) => target.restore(order, watch));
  const { options, terminal } = context;
  if (!options.dryRun && options.json) terminal.out(`${JSON.stringify(await target.ps())}\n`);
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
    const origin = from ?? (await ownPlace(context));
    const order = { load: () => orderOf(context, directory), backup, to, parts, from: origin };
    await restoreInto(context, directory, origin, () => replaceData(context, context.targetAt(directory), order));
    if (!options.quiet && !options.json && !options.dryRun)
      terminal.out(`${basename(directory)} has the data; start it: tenfold -C ${into} up\n`);
    return EXIT_CODES.done;
  }
  const order: RestoreOrder = { load: () => orderOf(context, null), backup, to, parts, from };
  if (!options.dryRun && !(await context.confirm(question(order, options.directory)))) {
    terminal.err("nothing was changed\n");
    return EXIT_CODES.failed;
  }
  await replaceData(context, target, order);
  return EXIT_CODES.done;
}
