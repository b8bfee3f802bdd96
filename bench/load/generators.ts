import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

const ROOT = join(import.meta.dirname, "..", "..");
const TENFOLD = join(ROOT, "packages/tenfold/bin/tenfold.mjs");
const AUTOCANNON = join(ROOT, "bench/peers/node_modules/autocannon/autocannon.js");

/** What a generator is asked to do. `rate`: requests a second, all connections together; `null`: as many as it can. */
export interface Order {
  readonly url: string;
  readonly seconds: number;
  readonly connections: number;
  readonly rate: number | null;
}

/** What it said, and what it cost. Milliseconds; CPU of the whole process, its start included. */
export interface Outcome {
  readonly requests: number;
  readonly perSecond: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly cpuPerRequest: number;
}

type Figures = Omit<Outcome, "cpuPerRequest">;

export interface Generator {
  readonly name: string;
  /** Words of the command; `null`: it cannot do that. */
  command(order: Order): readonly string[] | null;
  parse(stdout: string): Figures;
}

const tenfold: Generator = {
  name: "tenfold load",
  command: ({ url, seconds, connections, rate }) => [
    ...[
      process.execPath,
      TENFOLD,
      "load",
      url,
      "--json",
      "--threads",
      "1",
      "--duration",
      `${seconds}s`,
      "--beyond-limits",
    ],
    ...(rate === null ? ["--visitors", String(connections)] : ["--rate", String(rate)]),
  ],
  parse: (stdout) => {
    const { requests, failures, rate, latency } = JSON.parse(stdout);
    if (failures > 0) throw new Error(`${failures} requests of tenfold load failed`);
    return { requests, perSecond: rate.answered, p50: latency.p50, p95: latency.p95, p99: latency.p99 };
  },
};

const autocannon: Generator = {
  name: "autocannon",
  command: ({ url, seconds, connections, rate }) => [
    ...[process.execPath, AUTOCANNON, "-j", "-n", "-c", String(connections), "-d", String(seconds)],
    ...(rate === null ? [] : ["-R", String(rate)]),
    url,
  ],
  parse: (stdout) => {
    const { requests, latency, errors, non2xx, duration } = JSON.parse(stdout);
    if (errors + non2xx > 0) throw new Error(`${errors + non2xx} requests of autocannon failed`);
    // It has no p95; p97.5 is the next one that it has.
    return {
      requests: requests.total,
      perSecond: requests.total / duration,
      p50: latency.p50,
      p95: latency.p97_5,
      p99: latency.p99,
    };
  },
};

function milliseconds(text: string | undefined): number {
  const match = /^([\d.]+)(us|ms|s)$/.exec(text ?? "");
  const factor = { us: 0.001, ms: 1, s: 1_000 }[match?.[2] ?? "ms"] ?? 1;
  return Number(match?.[1] ?? Number.NaN) * factor;
}

const wrk: Generator = {
  name: "wrk",
  // It sends as fast as it can, and knows no rate.
  command: ({ url, seconds, connections, rate }) =>
    rate === null ? ["wrk", "-t", "1", "-c", String(connections), "-d", `${seconds}s`, "--latency", url] : null,
  parse: (stdout) => {
    const figure = (pattern: RegExp): string | undefined => pattern.exec(stdout)?.[1];
    return {
      requests: Number(figure(/(\d+) requests in/)),
      perSecond: Number(figure(/Requests\/sec:\s+([\d.]+)/)),
      p50: milliseconds(figure(/50%\s+(\S+)/)),
      p95: milliseconds(figure(/90%\s+(\S+)/)),
      p99: milliseconds(figure(/99%\s+(\S+)/)),
    };
  },
};

/** Those that are there. wrk is a system's package: `apt-get install wrk`. */
export function generators(): Generator[] {
  const hasWrk = (process.env.PATH ?? "").split(":").some((directory) => existsSync(join(directory, "wrk")));
  return hasWrk ? [tenfold, autocannon, wrk] : [tenfold, autocannon];
}

const TIMES = /(\d+)m([\d.]+)s (\d+)m([\d.]+)s\s*$/;

/** Runs a generator once; `null` when it cannot do what was asked. The shell tells what its child cost. */
export async function run(generator: Generator, order: Order): Promise<Outcome | null> {
  const words = generator.command(order);
  if (words === null) return null;
  const argv = ["-c", '"$@" && times', "bash", ...words];
  const { stdout } = await promisify(execFile)("bash", argv, { maxBuffer: 64 * 1024 * 1024 });
  const [, userMinutes = "", user = "", systemMinutes = "", system = ""] = TIMES.exec(stdout) ?? [];
  const cpu = (Number(userMinutes) + Number(systemMinutes)) * 60 + Number(user) + Number(system);
  // The two last lines are those of `times`.
  const figures = generator.parse(stdout.trimEnd().split("\n").slice(0, -2).join("\n"));
  return { ...figures, cpuPerRequest: (cpu * 1e6) / figures.requests };
}
