import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "../../load/arrivals/random.ts";
import { curveOf, predict } from "./answer.ts";
import { type Measured, type Scalability, throughput } from "./model.ts";

const RUNS = 100;
/** Of the answers so many are right; where there are hardly any answers, hardly any is wrong. */
const COVERED = 0.85;
const FEW = 0.1;

const FLEETS: Readonly<Record<string, Scalability>> = {
  linear: { gamma: 50, alpha: 0, beta: 0, delta: 0 },
  amdahl: { gamma: 50, alpha: 0.1, beta: 0, delta: 0 },
  "little contention": { gamma: 50, alpha: 0.05, beta: 0, delta: 0 },
  usl: { gamma: 50, alpha: 0.05, beta: 0.01, delta: 0 },
  pooled: { gamma: 50, alpha: 0, beta: 0, delta: 0.2 },
};

/** How searches go: `noise` is how far luck brings them off, and the rate that held is up to `precision` too low. */
interface Manner {
  readonly sizes: readonly number[];
  readonly repeats: number;
  readonly noise: number;
  readonly precision: number;
}

const FULL: Manner = { sizes: [1, 2, 4], repeats: 3, noise: 0.03, precision: 1.05 };
const QUICK: Manner = { sizes: [1, 2], repeats: 1, noise: 0.06, precision: 1.1 };
const MANNERS: Readonly<Record<string, Manner>> = {
  full: FULL,
  "full, two sizes": { ...FULL, sizes: [1, 2] },
  quick: QUICK,
  "quick, one size": { ...QUICK, sizes: [1] },
};

function search(fleet: Scalability, { sizes, repeats, noise, precision }: Manner, random: () => number): Measured[] {
  const luck = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return sizes.flatMap((instances) =>
    Array.from({ length: repeats }, () => {
      const knee = throughput(fleet, instances) * (1 + noise * luck());
      return { instances, rate: knee / (1 + (precision - 1) * random()) };
    }),
  );
}

for (const [how, manner] of Object.entries(MANNERS))
  test(`what is told of a size holds, or nothing is told: ${how}`, () => {
    const wrong: string[] = [];
    for (const [name, fleet] of Object.entries(FLEETS)) {
      const curves = Array.from({ length: RUNS }, (_, run) => {
        const random = seededRandom(run + 1);
        return curveOf(search(fleet, manner, random), manner.precision, random);
      });
      for (let size = 1; size <= Math.max(...manner.sizes) * 3; size += 1) {
        const told = curves.flatMap((curve) => {
          const answer = predict(curve, size);
          return answer.known ? [answer.value.interval] : [];
        });
        const truth = throughput(fleet, size);
        const right = told.filter(({ low, high }) => low <= truth && truth <= high).length;
        const isCovered =
          told.length < FEW * RUNS ? told.length - right <= 0.02 * RUNS : right >= COVERED * told.length;
        if (!isCovered) wrong.push(`${name}, ${size} instances: ${right} of ${told.length}`);
        if (manner.sizes.includes(size)) assert.equal(told.length, RUNS);
      }
    }
    assert.deepEqual(wrong, []);
  });

test("a fleet that nothing holds back is told of up to twice the sizes that were measured", () => {
  for (const name of ["linear", "pooled"]) {
    const random = seededRandom(7);
    const curve = curveOf(search(FLEETS[name] as Scalability, FULL, random), FULL.precision, random);
    for (const size of [3, 6, 8]) assert.ok(predict(curve, size).known, `${name}, ${size}`);
  }
});
