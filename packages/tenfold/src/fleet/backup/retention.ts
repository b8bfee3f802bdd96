import { type KeptLogFile, parseLogFile, segmentOf } from "./log-file.ts";
import type { Manifest } from "./manifest.ts";

/** Backups that nobody needs any more: all but the newest so many. `manifests` is the oldest first. */
export function expiredBackups(manifests: readonly Manifest[], keep: number): Manifest[] {
  return manifests.slice(0, Math.max(0, manifests.length - keep));
}

/** Files of the log of one line of data that no kept backup needs. Histories are small and stay, while any backup does. */
export function expiredLog(log: readonly KeptLogFile[], system: string, kept: readonly Manifest[]): KeptLogFile[] {
  const starts = kept.flatMap(({ postgres }) => (postgres?.system === system ? [segmentOf(postgres.start)] : []));
  if (starts.length === 0) return [...log];
  const oldest = Math.min(...starts);
  return log.filter(({ name }) => {
    const file = parseLogFile(name);
    return file?.kind === "segment" && file.number < oldest;
  });
}
