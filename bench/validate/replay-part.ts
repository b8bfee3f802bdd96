import { availableParallelism } from "node:os";
import { createProject } from "../../tests/harness/project.ts";
import { compareOutcomes, levelsText } from "./compare.ts";
import { type Learned, learn, TRUTH } from "./learn.ts";
import { table } from "./page.ts";
import { predict, simulateOptions } from "./predict.ts";
import { BOUNDS, type Outcome, replay, TARGET } from "./replay.ts";
import { REPLAY_TRACES } from "./traces.ts";

const LEARN_SECONDS = 40;
const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8, 9];

export interface Replayed {
  readonly name: string;
  readonly learned: Learned;
  readonly real: readonly Outcome[];
  readonly simulated: readonly Outcome[];
}

/** Real fleets, one beside the other, since they wait and hardly compute; then the same in the simulator. */
export async function replayPart(names: readonly string[], runs: number, port: number): Promise<Replayed[]> {
  console.error("· learn what the simulator is told");
  const learned = await learn(port, LEARN_SECONDS);
  console.error(`  ${JSON.stringify(learned)}`);
  const found: Replayed[] = [];
  for (const name of names) {
    const trace = REPLAY_TRACES[name];
    if (trace === undefined) throw new Error(`there is no trace ${name}`);
    console.error(`· ${name}: ${trace.what}, ${runs} fleets`);
    await using project = await createProject({ files: { "trace.csv": trace.csv } });
    const real = await Promise.all(Array.from({ length: runs }, (_, run) => replay(trace, port + 10 * run, run + 1)));
    const simulated = await predict(project, learned, SEEDS);
    for (const [who, outcomes] of Object.entries({ real, simulated }))
      for (const { hours, p95, p99, levels } of outcomes)
        console.error(
          `  ${who} ${hours.toFixed(3)} h, p95 ${p95.toFixed(0)}, p99 ${p99.toFixed(0)} ms: ${levelsText(levels)}`,
        );
    found.push({ name, learned, real, simulated });
  }
  return found;
}

/** The part of the page. */
export function replayText(traces: readonly Replayed[], machine: string): string {
  const told = traces.map(
    ({ name, learned: { service, variation, boot, drain } }) =>
      `- \`${name}\`, ${REPLAY_TRACES[name]?.what}: ${service.toFixed(1)} ms a request, variation ${variation.toFixed(2)}, ${(boot / 1000).toFixed(1)} s from launch to ready, ${drain.toFixed(0)} ms to leave`,
  );
  const [first] = traces;
  if (first === undefined) throw new Error("nothing was replayed");
  const rows = traces.flatMap(({ name, real, simulated }) =>
    compareOutcomes(real, simulated).map((cells, at) => [at === 0 ? name : "", ...cells]),
  );
  const levels = traces.map(({ name, real, simulated }) =>
    [
      `- \`${name}\`, really: ${levelsText(real[0]?.levels ?? [])}`,
      `- \`${name}\`, simulated: ${levelsText(simulated[0]?.levels ?? [])}`,
    ].join("\n"),
  );
  return `## The simulator, held against real fleets

\`npm run bench -- validate --only=replay\`: fleets of ${BOUNDS.min} to ${BOUNDS.max} instances, their autoscaler left alone, under \`tenfold load --trace … --poisson\`;
then \`tenfold simulate --engine requests\` of the same trace. The application works on one request after the other
(\`web.concurrency: 1\`) and *waits* for about ${TRUTH.SERVICE} ms instead of computing, so that what it can do depends on the number
of instances and not on the ${availableParallelism()} cores of the machine; it needs ${TRUTH.BOOT / 1000} s to boot. ${Math.max(...traces.map(({ real }) => real.length))} fleets ran beside each other. The simulator
was told what had been measured before, on four instances with a visitor each. Medians, with the lowest and the highest of the
runs and of ${SEEDS.length} seeds. A second is in violation when more than 5 % of its requests took longer than ${TARGET} ms.

${machine}.

${told.join("\n")}

${table(["trace", "", "real", "simulated", "difference", "target"], rows)}

How many instances there were to be, in the first run and with the first seed:

${levels.join("\n")}

\`\`\`sh
tenfold simulate --trace trace.csv ${simulateOptions(first.learned).join(" ")}
\`\`\`
`;
}
