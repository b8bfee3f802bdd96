import { Fault } from "../fault/fault.ts";
import type { Manifest } from "../fleet/backup/manifest.ts";
import type { Services } from "../services/service.ts";

/** What backups of a memory machine share with whoever looks at it. */
export interface MemoryVault {
  /** Steps that fail, by what they would have been told as: `fetch postgres`. */
  readonly failing: Set<string>;
  /** What the data is now: `live`, or the backup that it is from. */
  data: string;
}

export const MEMORY_BACKUP: Manifest = {
  id: "20260101T000000Z",
  fleet: "shop",
  tenfold: "0",
  release: 1,
  startedAt: 0,
  finishedAt: 1,
  files: (["postgres", "redis", "storage"] as const).map((part) => ({
    part,
    name: part,
    size: 1,
    sha256: "",
    plainSize: 1,
  })),
  postgres: { major: 15, system: "1", timeline: 1, start: "0/2000028", end: "0/2000100" },
};

/** Backups in memory: each step leaves a trace, unless it shall fail or its engine is dead. */
export function memoryBackup(effect: (text: string) => Promise<void>, vault: () => MemoryVault): Services["backup"] {
  const step = async (text: string): Promise<void> => {
    await effect(text);
    if (vault().failing.has(text)) throw new Fault("TF_RESTORE_FAILED", `${text} failed`);
  };
  return {
    inventory: async () => ({
      place: "memory",
      backups: [{ manifest: MEMORY_BACKUP, verified: null }],
      logUntil: null,
    }),
    save: (_context, _id, part) => step(`save ${part}`),
    seal: async () => {
      await step("seal");
      return MEMORY_BACKUP;
    },
    prune: () => step("prune"),
    verify: async () => {
      await step("try");
      return [];
    },
    ship: async () => 0,
    fetch: (_context, _restore, part) => step(`fetch ${part}`),
    recover: () => step("recover postgres"),
    replace: async (_context, restore, part) => {
      await step(`replace ${part}`);
      vault().data = restore.backup;
    },
    putBack: async () => {
      await effect("put back");
      vault().data = "live";
    },
    finish: async () => {},
    mark: () => step("mark"),
    clear: async () => {},
    tidy: async () => {},
    load: () => step("load"),
    exchange: async () => {
      await step("exchange");
      return null;
    },
  };
}
