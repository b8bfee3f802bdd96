import { resolve } from "node:path";
import { Fault } from "../../fault/fault.ts";
import type { Origin } from "../../fleet/backup/restore.ts";
import type { Fleet } from "../../fleet/fleet.ts";
import { expandReferences } from "../../fleet/references.ts";
import { nameInProject, parseObjectUrl } from "../../spec/backups/place.ts";
import { Secret } from "../../units/secret.ts";
import { DirectoryPlace } from "./directory-place.ts";
import type { Place } from "./place.ts";
import { Repository } from "./repository.ts";
import { S3Place } from "./s3-place.ts";

function text(value: string | Secret): string {
  return value instanceof Secret ? value.reveal() : value;
}

/** Opens a place; keys come from the variables. Faults: TF_ENV_MISSING, TF_NOT_CONFIGURED. */
function openPlace({ to, s3 }: Origin, project: string, lookup: (name: string) => string | undefined): Place {
  const object = parseObjectUrl(to);
  if (object === null) return new DirectoryPlace(resolve(project, to), nameInProject({ to }) !== null);
  if (s3 === null)
    throw new Fault("TF_NOT_CONFIGURED", `nothing says how ${to} is reached`, {
      hint: "write backups.s3 with accessKey and secretKey to the fleet file",
    });
  return new S3Place({
    ...object,
    endpoint: (s3.endpoint ?? `https://s3.${s3.region}.amazonaws.com`).replace(/\/+$/, ""),
    region: s3.region,
    accessKey: text(expandReferences(s3.accessKey, lookup)),
    secretKey: new Secret(text(expandReferences(s3.secretKey, lookup))),
  });
}

/** The backups of a fleet, in its own place or in another one. */
export function openRepository(fleet: Fleet, from: Origin | null): Repository {
  const environment = fleet.releases.get(fleet.release.number)?.environment ?? {};
  const place = openPlace(from ?? fleet.spec.backups, fleet.paths.project, (name) => environment[name]);
  return new Repository(place, fleet.spec.name);
}
