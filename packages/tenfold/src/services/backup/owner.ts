import { hostname } from "node:os";
import { Readable } from "node:stream";
import { Fault } from "../../fault/fault.ts";
import type { Fleet } from "../../fleet/fleet.ts";
import type { Repository } from "./repository.ts";
import { readSmall } from "./stream.ts";

/** Who writes backups into a place: two that did would take each other's for their own. */
interface Owner {
  readonly fleet: string;
  readonly host: string;
  readonly directory: string;
}

const NEVER = new AbortController().signal;

function self({ id, paths }: Fleet): Owner {
  return { fleet: id, host: hostname(), directory: paths.project };
}

async function read({ place, ownerName }: Repository): Promise<Owner | null> {
  const text = await readSmall(place, ownerName, NEVER);
  try {
    return text === null ? null : (JSON.parse(text) as Owner);
  } catch {
    return null;
  }
}

/** Makes a fleet the owner of its backups: whoever restores from its own place goes on where another one ended. */
export async function takeOver(repository: Repository, fleet: Fleet): Promise<void> {
  const text = `${JSON.stringify(self(fleet))}\n`;
  await repository.place.put(repository.ownerName, Readable.from([Buffer.from(text)]), NEVER);
}

/**
 * Before anything is written: nobody else owns the backups. A fleet that was made anew in the same directory is the
 * same to a person. Fault: TF_BACKUP_PLACE.
 */
export async function ensureOwner(repository: Repository, fleet: Fleet): Promise<void> {
  const owner = await read(repository);
  const own = self(fleet);
  if (owner?.fleet === own.fleet) return;
  if (owner === null || (owner.host === own.host && owner.directory === own.directory))
    return takeOver(repository, fleet);
  throw new Fault(
    "TF_BACKUP_PLACE",
    `${repository.place.title} has backups of another fleet called ${fleet.spec.name}: that in ${owner.directory} on ${owner.host}`,
    { hint: "name another place in backups.to, or give the fleet another name" },
  );
}
