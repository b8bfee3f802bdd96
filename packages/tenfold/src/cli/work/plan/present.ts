import { cpus, totalmem } from "node:os";
import type { FleetReport } from "@tenfold/protocol";
import { type Present, presentOf, type RunningCounts } from "../../../capacity/path/present.ts";
import { Fault } from "../../../fault/fault.ts";
import { bytes } from "../../../units/bytes.ts";
import type { Context } from "../../context.ts";

function countsOf({ members }: FleetReport): RunningCounts {
  const many = (kind: string): number => members.filter((member) => member.kind === kind).length;
  const workers = Object.groupBy(
    members.filter(({ kind }) => kind === "worker"),
    ({ name }) => name.replace(/^worker-/, "").replace(/-\d+$/, ""),
  );
  return {
    web: many("web"),
    workers: Object.fromEntries(Object.entries(workers).map(([name, some]) => [name, some?.length ?? 0])),
    postgres: many("postgres"),
    redis: many("redis"),
  };
}

/** What runs here; `null` when nothing does. */
async function runningIn({ target }: Context): Promise<FleetReport | null> {
  try {
    const report = await target.ps();
    return report.state === "down" ? null : report;
  } catch (error) {
    if (error instanceof Fault && error.code === "TF_NOT_RUNNING") return null;
    throw error;
  }
}

/** The project's present size, by its file and by what runs; `null` where there is no project. */
export async function readPresent(context: Context): Promise<Present | null> {
  const running = await runningIn(context);
  const machine = { cores: cpus().length, memory: bytes(totalmem()) };
  try {
    const spec = running === null ? (await context.loadProject(null)).spec : await context.target.spec();
    return presentOf(spec, running === null ? null : countsOf(running), machine);
  } catch (error) {
    if (error instanceof Fault && error.code === "TF_SPEC_NOT_FOUND" && context.options.file === null) return null;
    throw error;
  }
}
