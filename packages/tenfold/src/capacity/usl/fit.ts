import { type Measured, MODELS, type ModelName, type Scalability, throughput } from "./model.ts";

/** Searches that end at the same precision differ by about so much of it: no rate is known better, whatever repeats say. */
const LEAST_ERROR = 0.6;
/** What is taken for it where there are no repeats, and how many repeats that is worth where there are some. */
const USUAL_ERROR = 0.8;
const USUAL_REPEATS = 2;

/** A measured rate with its standard error, a share of the rate. */
export interface Point extends Measured {
  readonly error: number;
}

export interface Fit {
  readonly name: ModelName;
  readonly model: Scalability;
  /** Akaike's criterion with known errors, χ² + 2k: the least is the best. */
  readonly aic: number;
}

/**
 * Gives every measurement the spread of repeats, over all sizes. Few of them say little of it, so that what a search ends
 * at counts as well: without repeats it is all that is known. `precision`: 1.05 is 5 %.
 */
export function withErrors(measured: readonly Measured[], precision: number): Point[] {
  let [squares, repeats] = [0, 0];
  for (const group of Map.groupBy(measured, ({ instances }) => instances).values()) {
    const mean = group.reduce((sum, { rate }) => sum + rate, 0) / group.length;
    squares += group.reduce((sum, { rate }) => sum + (rate / mean - 1) ** 2, 0);
    repeats += group.length - 1;
  }
  const usual = USUAL_REPEATS * (USUAL_ERROR * (precision - 1)) ** 2;
  const spread = Math.sqrt((squares + usual) / (repeats + USUAL_REPEATS));
  return measured.map((one) => ({ ...one, error: Math.max(LEAST_ERROR * (precision - 1), spread) }));
}

/** Parameters of the law of scalability; pooling has a fit of its own. */
type Row = readonly [number, number, number];

/** N/X is linear in 1/γ, α/γ and β/γ. */
function rowOf(instances: number): Row {
  return [1, instances - 1, instances * (instances - 1)];
}

/** Solves a small system of linear equations; `null` when it has no single solution. */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] | null {
  const rows = matrix.map((row, at) => [...row, right[at] ?? 0]);
  const size = rows.length;
  for (let column = 0; column < size; column += 1) {
    const pivot = rows
      .slice(column)
      .reduce((best, row) => (Math.abs(row[column] ?? 0) > Math.abs(best[column] ?? 0) ? row : best));
    const value = pivot[column] ?? 0;
    if (Math.abs(value) < 1e-14) return null;
    rows.splice(rows.indexOf(pivot), 1);
    rows.splice(column, 0, pivot);
    for (const row of rows) {
      if (row === pivot) continue;
      const factor = (row[column] ?? 0) / value;
      for (let at = column; at <= size; at += 1) row[at] = (row[at] ?? 0) - factor * (pivot[at] ?? 0);
    }
  }
  return rows.map((row, at) => (row[size] ?? 0) / (row[at] ?? 1));
}

function chiSquare(points: readonly Point[], model: Scalability): number {
  return points.reduce(
    (sum, { instances, rate, error }) => sum + ((throughput(model, instances) / rate - 1) / error) ** 2,
    0,
  );
}

/** Weighted least squares with the parameters of `free` alone; the others are zero. */
function fitFree(points: readonly Point[], free: readonly number[]): Scalability | null {
  const matrix = free.map(() => free.map(() => 0));
  const right = free.map(() => 0);
  for (const { instances, rate, error } of points) {
    const row = rowOf(instances);
    const value = instances / rate;
    // The error of N/X is as large a share of it as that of X is of X.
    const weight = 1 / (value * error) ** 2;
    for (const [a, first] of free.entries()) {
      right[a] = (right[a] ?? 0) + weight * (row[first] ?? 0) * value;
      for (const [b, second] of free.entries()) {
        const line = matrix[a];
        if (line !== undefined) line[b] = (line[b] ?? 0) + weight * (row[first] ?? 0) * (row[second] ?? 0);
      }
    }
  }
  const solution = solve(matrix, right);
  if (solution === null) return null;
  const of = (parameter: number): number => solution[free.indexOf(parameter)] ?? 0;
  const base = of(0);
  if (base <= 0) return null;
  const model = { gamma: 1 / base, alpha: of(1) / base, beta: of(2) / base, delta: 0 };
  return model.alpha < 0 || model.beta < 0 ? null : model;
}

/** Weighted least squares of γN − κ√N, where κ is γδ; `null` where more instances do not gain by sharing. */
function fitPooled(points: readonly Point[]): Scalability | null {
  let [both, cross, root, right, rootRight] = [0, 0, 0, 0, 0];
  for (const { instances, rate, error } of points) {
    const weight = 1 / (rate * error) ** 2;
    both += weight * instances ** 2;
    cross -= weight * instances ** 1.5;
    root += weight * instances;
    right += weight * rate * instances;
    rootRight -= weight * rate * Math.sqrt(instances);
  }
  const solution = solve(
    [
      [both, cross],
      [cross, root],
    ],
    [right, rootRight],
  );
  const [gamma = 0, kappa = 0] = solution ?? [];
  return gamma <= 0 || kappa <= 0 || kappa >= gamma ? null : { gamma, alpha: 0, beta: 0, delta: kappa / gamma };
}

/** A model, or what stands for the law of scalability where two sizes cannot tell α and β apart: β alone. */
export type Shape = ModelName | "coherent";

export const PARAMETERS: Readonly<Record<Shape, number>> = { ...MODELS, coherent: 2 };

const SUBSETS: Readonly<Record<Shape, readonly (readonly number[])[]>> = {
  linear: [[0]],
  pooled: [[0]],
  amdahl: [[0], [0, 1]],
  coherent: [[0], [0, 2]],
  usl: [[0], [0, 1], [0, 2], [0, 1, 2]],
};

/**
 * The best model of a kind with γ > 0 and α, β, δ ≥ 0. The problem is linear in N/X, that of pooling in X, and has few
 * parameters, so the bounds are kept by trying which of them hold with equality. A RangeError for no points.
 */
export function fitShape(points: readonly Point[], name: Shape): { readonly model: Scalability; readonly chi: number } {
  const models = [
    ...SUBSETS[name].map((free) => fitFree(points, free)),
    ...(name === "pooled" ? [fitPooled(points)] : []),
  ];
  const candidates = models.flatMap((model) => (model === null ? [] : [{ model, chi: chiSquare(points, model) }]));
  const [first, ...rest] = candidates;
  if (first === undefined) throw new RangeError("nothing was measured");
  return rest.reduce((least, one) => (one.chi < least.chi ? one : least), first);
}

/** The same, with Akaike's criterion. */
export function fitModel(points: readonly Point[], name: ModelName): Fit {
  const { model, chi } = fitShape(points, name);
  return { name, model, aic: chi + 2 * MODELS[name] };
}

/** Every kind of model that so many different sizes can tell, the best first. */
export function fitAll(points: readonly Point[]): Fit[] {
  const sizes = new Set(points.map(({ instances }) => instances)).size;
  return Object.entries(MODELS)
    .filter(([, parameters]) => parameters <= sizes)
    .map(([name]) => fitModel(points, name as ModelName))
    .toSorted((a, b) => a.aic - b.aic);
}
