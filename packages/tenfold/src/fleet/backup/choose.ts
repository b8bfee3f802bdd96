import { Fault } from "../../fault/fault.ts";
import type { Manifest } from "./manifest.ts";

/** What a restore goes to: the moment at which the backup ended, the end of the log, or a moment in between. */
export type RestoreTarget =
  | { readonly kind: "backup" }
  | { readonly kind: "latest" }
  | { readonly kind: "time"; readonly at: number };

/** `2026-11-25 03:00:00 UTC`. */
export function formatMoment(at: number): string {
  return `${new Date(at).toISOString().replace("T", " ").slice(0, 19)} UTC`;
}

function known(manifests: readonly Manifest[]): string {
  const newest = [...manifests].slice(-5).map(({ id }) => id);
  return `there ${newest.length === 1 ? "is" : "are"} ${newest.join(", ")}; tenfold backup --list shows all`;
}

/**
 * The backup to begin with: the one that is named, or the newest that was finished by then.
 * Faults: TF_BACKUP_UNKNOWN, TF_RESTORE_TIME.
 */
export function chooseBackup(
  manifests: readonly Manifest[],
  wanted: { readonly id: string | null; readonly to: RestoreTarget; readonly now: number; readonly place: string },
): Manifest {
  const { id, to, now, place } = wanted;
  const newest = manifests.at(-1);
  if (newest === undefined)
    throw new Fault("TF_BACKUP_UNKNOWN", `there is no backup in ${place}`, { hint: "make one: tenfold backup" });
  const named = id === null ? newest : manifests.find((one) => one.id === id);
  if (named === undefined)
    throw new Fault("TF_BACKUP_UNKNOWN", `there is no backup ${id} in ${place}`, { hint: known(manifests) });
  if (to.kind !== "time") return named;
  if (to.at > now)
    throw new Fault("TF_RESTORE_TIME", `${formatMoment(to.at)} is in the future`, {
      hint: "--to latest restores all that was logged",
    });
  const fit = id === null ? manifests.filter(({ finishedAt }) => finishedAt <= to.at).at(-1) : named;
  const oldest = manifests[0] ?? newest;
  if (fit === undefined)
    throw new Fault("TF_RESTORE_TIME", `${formatMoment(to.at)} is before the first backup`, {
      hint: `the earliest moment is ${formatMoment(Math.ceil(oldest.finishedAt / 1000) * 1000)}, when backup ${oldest.id} was finished`,
    });
  if (fit.finishedAt > to.at)
    throw new Fault("TF_RESTORE_TIME", `${formatMoment(to.at)} is before backup ${fit.id} was finished`, {
      hint: "leave its name away: the newest backup before that moment is then used",
    });
  return fit;
}
