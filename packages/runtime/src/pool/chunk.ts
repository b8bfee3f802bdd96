/** Milliseconds of work that a message to a thread should carry: its round trip (about 30 µs) is then 3 % of it. */
const WORK_PER_MESSAGE = 1;

/** How much of a new measurement counts. */
const WEIGHT = 0.3;

/**
 * How many tasks go into one message. `cost` is what one takes, in milliseconds; `undefined` when it is not yet known,
 * and then every thread gets an equal share.
 *
 * Tiny tasks go together, so that the round trip does not outweigh them; long ones go one by one, so that no thread is
 * idle while another has a heap of them.
 */
export function chunkSize(tasks: number, threads: number, cost: number | undefined): number {
  const share = Math.ceil(tasks / threads);
  if (cost === undefined) return Math.max(1, share);
  if (tasks * cost <= WORK_PER_MESSAGE) return Math.max(1, tasks);
  return Math.max(1, Math.min(share, Math.ceil(WORK_PER_MESSAGE / cost)));
}

/** What tasks have taken so far, by name; in milliseconds. */
export class Costs {
  readonly #costs = new Map<string, number>();

  of(name: string): number | undefined {
    return this.#costs.get(name);
  }

  record(name: string, milliseconds: number, tasks: number): void {
    const cost = milliseconds / tasks;
    const before = this.#costs.get(name);
    this.#costs.set(name, before === undefined ? cost : before + WEIGHT * (cost - before));
  }
}

export interface Chunk<T> {
  readonly name: string;
  readonly inputs: readonly T[];
  /** Where each input was in the batch; a number: from there on, one after the other. */
  readonly places: number | readonly number[];
}

type Named<T> = { readonly name: string; readonly input: T };

/** Tasks of one name go together, in their order, in messages of the size that suits them. */
export function planChunks<T>(tasks: readonly Named<T>[], threads: number, costs: Costs): Chunk<T>[] {
  const [first] = tasks;
  if (first === undefined) return [];
  if (tasks.every(({ name }) => name === first.name)) {
    const inputs = tasks.map(({ input }) => input);
    return cut(inputs.length, chunkSize(inputs.length, threads, costs.of(first.name)), (from, to) => ({
      name: first.name,
      inputs: from === 0 && to >= inputs.length ? inputs : inputs.slice(from, to),
      places: from,
    }));
  }
  const places = Map.groupBy(tasks.keys(), (place) => (tasks[place] as Named<T>).name);
  return [...places].flatMap(([name, list]) =>
    cut(list.length, chunkSize(list.length, threads, costs.of(name)), (from, to) => {
      const part = list.slice(from, to);
      return { name, inputs: part.map((place) => (tasks[place] as Named<T>).input), places: part };
    }),
  );
}

function cut<T>(length: number, size: number, part: (from: number, to: number) => T): T[] {
  return Array.from({ length: Math.ceil(length / size) }, (_, index) => part(index * size, (index + 1) * size));
}

/** Where the input at this place of a chunk was in the batch. */
export function placeOf({ places }: Pick<Chunk<unknown>, "places">, at: number): number {
  return typeof places === "number" ? places + at : (places[at] as number);
}
