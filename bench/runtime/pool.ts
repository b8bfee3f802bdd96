import { openPool } from "../../packages/runtime/src/pool/index.ts";
import { testContext } from "../../packages/runtime/src/testing/test-context.ts";
import { peer } from "./peers.ts";
import { atMost, inTurns, measured, microsecondsEach, type Row } from "./row.ts";

interface Piscina {
  run(task: unknown): Promise<unknown>;
  close(): Promise<void>;
}
interface PiscinaModule {
  default: { Piscina: new (options: object) => Piscina };
}

const MODULE = new URL("./pool-tasks.ts", import.meta.url);
const THREADS = 2;
const TASKS = 1_000;

export const row: Row = {
  name: `Pool: tiny tasks on ${THREADS} threads, microseconds a task`,
  async measure(runs) {
    await using context = testContext({});
    await using pool = openPool<typeof import("./pool-tasks.ts")>(context, { module: MODULE, threads: THREADS });
    await pool.ready();
    const { Piscina } = (await peer<PiscinaModule>("piscina")).default;
    const threads = { minThreads: THREADS, maxThreads: THREADS };
    const piscina = new Piscina({ filename: MODULE.href, name: "double", ...threads });
    const batch = Array.from({ length: TASKS }, (_, input) => ({ name: "double", input }) as const);
    const batches = async () => (await microsecondsEach(50, () => pool.executeBatch(batch))) / TASKS;
    try {
      await batches();
      const times = await inTurns(runs, {
        batch: batches,
        one: () => microsecondsEach(TASKS, (input) => pool.run({ name: "double", input })),
        piscina: () => microsecondsEach(TASKS, (input) => piscina.run(input)),
        piscinaAtOnce: async () => {
          const started = performance.now();
          await Promise.all(batch.map(({ input }) => piscina.run(input)));
          return ((performance.now() - started) * 1_000) / TASKS;
        },
      });
      return [
        measured(`a batch of ${TASKS}`, times.batch, "µs", { goal: atMost(0.2, "µs") }),
        measured("one by one, with deadline and figures", times.one, "µs"),
        measured("piscina, one by one", times.piscina, "µs"),
        measured(`piscina, ${TASKS} at once`, times.piscinaAtOnce, "µs"),
      ];
    } finally {
      await piscina.close();
    }
  },
};
