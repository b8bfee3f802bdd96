import type { Measurement } from "../../packages/tenfold/src/capacity/measurement.ts";
import type { Plan } from "../../packages/tenfold/src/cli/output/plan-report.ts";
import { createProject, type Project } from "../../tests/harness/project.ts";
import { COMPUTING, fleetFile, MIXED, WAITING } from "./application.ts";
import { shareOfCore } from "./cores.ts";
import { findBreak } from "./hold.ts";
import { table } from "./page.ts";

interface Application {
  readonly name: string;
  readonly what: string;
  readonly server: string;
  readonly env: Readonly<Record<string, number>>;
  readonly concurrency?: number;
  /** Of an instance; all that the machine has when absent. */
  readonly cores?: number;
  /** Milliseconds. */
  readonly limit: number;
  /** Sizes that are measured; one that is held out is planned for. */
  readonly sizes: readonly number[];
  /** A size that is not measured. */
  readonly planned: number;
}

export const APPLICATIONS: readonly Application[] = [
  {
    name: "waiting",
    what: "one request after the other, each waits for about 50 ms",
    server: WAITING,
    env: { SERVICE: 50, VARIATION: 0.5, BOOT: 0 },
    concurrency: 1,
    limit: 400,
    sizes: [1, 2],
    planned: 3,
  },
  {
    name: "mixed",
    what: "one request after the other, each waits for about 16 ms and computes for some 3 ms",
    server: MIXED,
    env: { ROUNDS: 20_000, WAIT: 16 },
    concurrency: 1,
    limit: 300,
    sizes: [1, 2, 4],
    planned: 6,
  },
  {
    name: "shared",
    what: "each request computes, and nothing else; an instance has 0.15 of a core",
    server: COMPUTING,
    env: { ROUNDS: 40_000 },
    cores: 0.15,
    limit: 300,
    sizes: [1, 2, 3],
    planned: 6,
  },
  {
    name: "computing",
    what: "each request computes, and nothing else",
    server: COMPUTING,
    env: { ROUNDS: 40_000 },
    limit: 300,
    // More than the machine has cores: what the law of scalability is for.
    sizes: [1, 2, 4],
    planned: 3,
  },
];

/** What is asked of the planner: a little less than it thinks that this size does. */
const ASKED = 0.97;
const STEP = 0.05;

/** Seconds, and how often. */
interface Pace {
  readonly step: number;
  readonly confirm: number;
  readonly repeats: number;
  /** Of the search at the planned size: a run, and runs at a rate. */
  readonly hold: number;
  readonly runs: number;
}

const USUAL: Pace = { step: 4, confirm: 12, repeats: 3, hold: 20, runs: 3 };
const QUICK: Pace = { step: 2, confirm: 6, repeats: 2, hold: 12, runs: 1 };

export interface Planned {
  readonly name: string;
  readonly measured: readonly { readonly instances: number; readonly rate: number }[];
  readonly model: string;
  /** What the plan says that `instances` do, and the rate that it was asked for. */
  readonly instances: number;
  readonly predicted: number;
  readonly asked: number;
  /** What the planner's own check found, and what an independent search did: the middle of what held and what did not. */
  readonly check: number;
  readonly real: number;
  readonly notes: readonly string[];
}

async function measure(project: Project, { limit, sizes, planned }: Application, pace: Pace): Promise<Measurement> {
  const words = `plan --measure --p95 ${limit}ms --sizes ${sizes.join(",")} --held-out ${planned} --start 10 --step ${pace.step}s --confirm ${pace.confirm}s --repeats ${pace.repeats} --json`;
  return JSON.parse((await project.tenfold(...words.split(" "))).stdout) as Measurement;
}

/** Why the planner says nothing of a size, as when its repeats differ too much. */
export interface Refused {
  readonly name: string;
  readonly refused: string;
  readonly notes: readonly string[];
}

function refusalIn({ predictions, knees }: Measurement): string {
  const rates = knees.map(({ instances, rate }) => `${instances}: ${rate.toFixed(1)}/s`).join(", ");
  const why = predictions.flatMap((answer) => (answer.known ? [] : [answer.why]));
  return `${why[0] ?? "its interval is too wide"} (${rates})`;
}

async function planOne(application: Application, port: number, pace: Pace): Promise<Planned | Refused> {
  const { name, server, env, concurrency, limit, planned } = application;
  console.error(`· ${name}`);
  const bound = concurrency === undefined ? {} : { concurrency };
  // With those that a deploy would start beside the others.
  using share = shareOfCore(application.cores ?? null, 2 * planned);
  const file = fleetFile({ port, instances: "1", env, share, ...bound });
  await using project = await createProject({ files: { "server.mjs": server, "tenfold.yaml": file } });
  await project.up();
  await project.healthy();
  const measured = await measure(project, application, pace);
  const { heldOut, knees, fits, notes } = measured;
  if (heldOut === null) return { name, refused: refusalIn(measured), notes };
  await project.write({ "capacity.json": JSON.stringify(measured) });
  const asked = heldOut.predicted.rate * ASKED;
  const words = ["plan", "--rps", asked.toFixed(1), "--from", "capacity.json", "--json"];
  const { goal } = JSON.parse((await project.tenfold(...words)).stdout) as Plan;
  const instances = goal?.web.least ?? 0;
  console.error(
    `  ${instances} instances for ${asked.toFixed(1)}/s by the plan; ${heldOut.predicted.rate.toFixed(1)}/s with ${planned}`,
  );
  await project.tenfold("scale", `${planned}`);
  const { held, broke } = await findBreak(project, {
    limit,
    seconds: pace.hold,
    near: asked,
    step: STEP,
    repeats: pace.runs,
  });
  return {
    ...{ name, notes, instances, asked },
    measured: knees.map(({ instances: size, rate }) => ({ instances: size, rate })),
    model: fits[0]?.name ?? "",
    predicted: heldOut.predicted.rate,
    check: heldOut.measured.rate,
    real: (held + broke) / 2,
  };
}

export async function planPart(names: readonly string[], port: number, quick: boolean): Promise<(Planned | Refused)[]> {
  const found: (Planned | Refused)[] = [];
  for (const application of APPLICATIONS)
    if (names.includes(application.name)) found.push(await planOne(application, port, quick ? QUICK : USUAL));
  return found;
}

function signed(share: number): string {
  return `${share < 0 ? "−" : "+"}${Math.abs(share * 100).toFixed(1)} %`;
}

/** The part of the page. */
export function planText(found: readonly (Planned | Refused)[], machine: string): string {
  const rows = found.map((one) => {
    if ("refused" in one) return [one.name, one.refused, ...Array<string>(5).fill(""), "nothing was said"];
    const { name, measured, model, predicted, check, real, instances } = one;
    const sizes = [...new Set(measured.map((size) => size.instances))].map((size) => {
      const rates = measured.filter((one) => one.instances === size).map(({ rate }) => rate.toFixed(1));
      return `${size}: ${rates.join(" and ")}`;
    });
    const error = predicted / real - 1;
    return [
      name,
      sizes.join("; "),
      model,
      `${instances}`,
      `${predicted.toFixed(1)}/s`,
      `${check.toFixed(1)}/s`,
      `${real.toFixed(1)}/s`,
      `${signed(error)}${Math.abs(error) <= 0.1 ? "" : " ✗"}`,
    ];
  });
  const heads = [
    "application",
    "measured, requests a second",
    "model",
    "instances planned",
    "predicted",
    "its own check",
    "really",
    "difference (target ±10 %)",
  ];
  return `## The planner, held against fleets of the planned size

\`npm run bench -- validate --only=plan\`: \`tenfold plan --measure\` searches some sizes; the plan is asked for ${ASKED * 100} % of
what it says that a size does which was not measured. Then so many run, and \`tenfold load --poisson\` goes up or down by
${STEP * 100} % from there, ${USUAL.runs} runs of ${USUAL.hold} s at each rate (with \`--quick\` ${QUICK.runs} of ${QUICK.hold} s), until the limit breaks; *really* is the middle between the last rate that
held and the first that did not.

${machine}.

${APPLICATIONS.map(({ name, what, limit }) => `- \`${name}\`: ${what}; p95 below ${limit} ms`).join("\n")}

${table(heads, rows)}

${found.flatMap(({ name, notes }) => notes.map((note) => `- \`${name}\`, says the plan: ${note}.`)).join("\n")}
`;
}
