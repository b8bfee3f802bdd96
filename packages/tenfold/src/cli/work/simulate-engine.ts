import { Fault } from "../../fault/fault.ts";
import type { EngineName } from "../../simulate/compare.ts";
import { MOST_REQUESTS } from "../../simulate/requests.ts";
import { type Trace, totalOf } from "../../simulate/trace.ts";
import { MOST_JOBS, type WorkerEngine, workerEngineOf } from "../../simulate/workers.ts";
import type { World } from "../../simulate/world.ts";
import { formatDuration, millis } from "../../units/millis.ts";
import type { Input } from "../command.ts";

/** What is simulated, and how closely. */
export type Engine =
  | { readonly kind: "web"; readonly name: EngineName }
  | { readonly kind: "workers"; readonly name: WorkerEngine };

const WEB_ONLY = ["balance", "queue", "queue-limit", "retry", "ceiling", "deploy-at"] as const;

/** Options that would change nothing, and why. */
const IDLE = {
  fluid: { options: ["balance", "queue", "variation"], why: "it is for --engine requests" },
  requests: { options: ["deploy-at", "retry"], why: "it is for the fluid engine; leave --engine out" },
  workers: { options: WEB_ONLY, why: "it is for web instances, not for workers" },
} as const;

/** Faults: TF_ARGUMENT, for an engine that is not known or cannot take the trace, and for options that it would ignore. */
export function readEngine(input: Input, trace: Trace, workers: boolean): Engine {
  const engine = workers ? workerEngine(input.text("engine"), trace) : webEngine(input.text("engine"), trace);
  const { options, why } = IDLE[engine.kind === "workers" ? "workers" : engine.name];
  const idle = options.find((option) => input.text(option) !== null);
  if (idle !== undefined) throw new Fault("TF_ARGUMENT", `--${idle} would change nothing here: ${why}`);
  return engine;
}

/** The world as the engine makes it of a trace. Fault: TF_ARGUMENT, for what would come after the trace. */
export function fitWorld(world: World, trace: Trace, engine: Engine): World {
  const time = (seconds: number): string => formatDuration(millis(seconds * 1000));
  const late = world.deploys.find((second) => second >= trace.rate.length);
  if (late !== undefined)
    throw new Fault("TF_ARGUMENT", `--deploy-at has ${time(late)}, and the trace lasts ${time(trace.rate.length)}`, {
      hint: "times count from the start of the trace",
    });
  // But for requests one by one, everything happens at whole seconds, and a boot is no earlier than the next.
  const mean = engine.name === "requests" ? world.boot.mean : Math.max(1, world.boot.mean);
  return { ...world, boot: { ...world.boot, mean } };
}

function webEngine(name: string | null, trace: Trace): Engine {
  if (name === "jobs")
    throw new Fault("TF_ARGUMENT", "--engine jobs is for workers; for web instances there is requests");
  if (name !== null && name !== "fluid" && name !== "requests")
    throw new Fault("TF_ARGUMENT", `--engine is ${JSON.stringify(name)}; it must be fluid or requests`);
  if (name === "requests") refuseMore(trace, MOST_REQUESTS, "requests");
  return { kind: "web", name: name ?? "fluid" };
}

function workerEngine(name: string | null, trace: Trace): Engine {
  if (name === "requests")
    throw new Fault("TF_ARGUMENT", "--engine requests is for web instances; for workers there is jobs");
  if (name !== null && name !== "fluid" && name !== "jobs")
    throw new Fault("TF_ARGUMENT", `--engine is ${JSON.stringify(name)}; for workers it must be jobs or fluid`);
  if (name === "jobs") refuseMore(trace, MOST_JOBS, "jobs");
  return { kind: "workers", name: name ?? workerEngineOf(trace) };
}

function refuseMore(trace: Trace, most: number, what: "requests" | "jobs"): void {
  const total = totalOf(trace);
  if (total <= most) return;
  throw new Fault(
    "TF_ARGUMENT",
    `the trace has ${Math.round(total / 1e6)} million ${what}; the engine that follows each takes ${most / 1e6} million at most`,
    { hint: "leave --engine out, or cut a part of the trace" },
  );
}
