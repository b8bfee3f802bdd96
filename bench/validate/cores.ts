import { chmodSync, existsSync, mkdirSync, rmdirSync, writeFileSync } from "node:fs";

const ROOT = "/sys/fs/cgroup";
/** Short, so that a share of a core is like a slower core: a tenth of the usual period. */
const PERIOD_MICROS = 10_000;

/** What a fleet file says so that each web instance has a share of a core. */
export interface ShareOfCore extends Disposable {
  /** Before the command of an instance. */
  readonly before: string;
  /** Lines of `web`. */
  readonly lines: string;
}

/** Nothing is limited. */
const NONE: ShareOfCore = { before: "", lines: "", [Symbol.dispose]: () => undefined };

/**
 * Gives each of `instances` web instances so many cores. With cgroup v2 that is `web.cpu`. With v1, which Tenfold does
 * not limit by, an instance puts itself into a group that is made here, for which this has to run as root.
 */
export function shareOfCore(cores: number | null, instances: number): ShareOfCore {
  if (cores === null) return NONE;
  if (existsSync(`${ROOT}/cgroup.controllers`)) return { ...NONE, lines: `  cpu: ${cores}\n` };
  const parent = `${ROOT}/cpu/tenfold-validate-${process.pid}`;
  const groups = Array.from({ length: instances }, (_, at) => `${parent}/web-${at + 1}`);
  for (const group of groups) {
    mkdirSync(group, { recursive: true });
    writeFileSync(`${group}/cpu.cfs_period_us`, `${PERIOD_MICROS}`);
    writeFileSync(`${group}/cpu.cfs_quota_us`, `${Math.round(cores * PERIOD_MICROS)}`);
    // Instances run as another user.
    chmodSync(`${group}/cgroup.procs`, 0o666);
  }
  return {
    before: `echo $$ > ${parent}/$INSTANCE_ID/cgroup.procs && exec `,
    lines: "",
    [Symbol.dispose]: () => {
      for (const group of [...groups, parent]) rmdirSync(group);
    },
  };
}
