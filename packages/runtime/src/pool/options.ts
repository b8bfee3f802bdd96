import { availableParallelism } from "node:os";
import { isAbsolute } from "node:path";
import { pathToFileURL } from "node:url";
import { Fault } from "../fault/index.ts";

export interface PoolOptions {
  /** The module whose exported functions are the tasks: `new URL("./tasks.ts", import.meta.url)`, or an absolute path. */
  readonly module?: URL | string | undefined;
  /** Default: the number of processors. */
  readonly threads?: number | undefined;
  /** How many tasks may wait for a thread; beyond, `TF_RT_POOL_FULL`. A batch counts as one. Default 1,000. */
  readonly queue?: number | undefined;
  /** Milliseconds for waiting and running together; `Infinity`: none. Default 30,000. */
  readonly deadline?: number | undefined;
  /** Bytes of heap a thread may use, at least 16 MiB. A task that needs more fails with `TF_RT_POOL_THREAD`. Default: Node's own limit. */
  readonly memory?: number | undefined;
}

export interface ResolvedPoolOptions {
  readonly module: string;
  readonly threads: number;
  readonly queue: number;
  readonly deadline: number;
  readonly memory: number | undefined;
}

/** Fault: `TF_RT_OPTION`. */
export function parsePoolOptions(options: PoolOptions): ResolvedPoolOptions {
  const { module, threads = availableParallelism(), queue = 1_000, deadline = 30_000, memory } = options;
  const problems = [
    ...whole("threads", threads, 1, 1_024),
    ...whole("queue", queue, 0, 1_000_000),
    ...(deadline > 0 ? [] : [`deadline: is ${deadline}; expected milliseconds above 0, or Infinity`]),
    ...(memory === undefined ? [] : whole("memory", memory, 16 * 1_048_576, Number.MAX_SAFE_INTEGER)),
  ];
  const url = moduleUrl(module);
  if (url === null) problems.push(`module: is ${String(module)}; expected a file URL or an absolute path`);
  if (url === null || problems.length > 0) {
    throw new Fault("TF_RT_OPTION", "the pool's options are not understood", { lines: problems });
  }
  return { module: url, threads, queue, deadline, memory };
}

function moduleUrl(module: URL | string | undefined): string | null {
  if (typeof module === "string" && isAbsolute(module)) return pathToFileURL(module).href;
  const url = URL.parse(String(module));
  return url?.protocol === "file:" ? url.href : null;
}

function whole(name: string, value: number, least: number, most: number): string[] {
  if (Number.isInteger(value) && value >= least && value <= most) return [];
  return [`${name}: is ${value}; expected a whole number from ${least} to ${most}`];
}
