// Runs in every thread of the pool, under Piscina: it imports the application's module of tasks and calls them.
import { createRequire } from "node:module";
import { workerData } from "node:worker_threads";
import type * as Piscina from "piscina";
import { type Answer, type Ask, type Packed, pack, type Thrown, throwable } from "./message.ts";
import { Transferred } from "./transferred.ts";

type TaskFunction = (input: unknown) => unknown;
type Module = Readonly<Record<string, unknown>>;

/** Given to each thread. */
export interface ThreadData {
  readonly module: string;
}

const { module: url } = workerData as ThreadData;

// Imported at once, so that the first task does not wait for it. Who asks is told what went wrong.
const loaded: Promise<Module | Error> = import(url).then(
  (module: Module) => module,
  (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
);
let module: Module | Error | undefined;
void loaded.then((found) => {
  module = found;
});

function taskOf(found: Module | Error, name: string): TaskFunction | string {
  if (found instanceof Error) return `${url} cannot be imported: ${found.message}`;
  const task = Object.hasOwn(found, name) ? found[name] : undefined;
  return typeof task === "function" ? (task as TaskFunction) : `${url} exports no function ${name}`;
}

async function runOne(task: TaskFunction, input: unknown): Promise<unknown> {
  try {
    const value = await task(input);
    if (!(value instanceof Transferred)) return { kind: "value", value } satisfies Answer;
    const { move } = createRequire(import.meta.url)("piscina") as typeof Piscina;
    const answer = { kind: "value", value: value.value } satisfies Answer;
    return move({
      get [Symbol.for("Piscina.transferable")]() {
        return value.transfer;
      },
      get [Symbol.for("Piscina.valueOf")]() {
        return answer;
      },
    } as never);
  } catch (error) {
    return { kind: "thrown", thrown: throwable(error) } satisfies Answer;
  }
}

async function runMany(task: TaskFunction, inputs: Packed): Promise<Answer> {
  const started = performance.now();
  const values = new Array<unknown>(inputs.length);
  const thrown: (readonly [number, Thrown])[] = [];
  for (let place = 0; place < inputs.length; place++) {
    try {
      const value = task(inputs[place]);
      // Awaiting what is no promise would cost more than a tiny task.
      const result = isPromise(value) ? await value : value;
      values[place] = result instanceof Transferred ? result.value : result;
    } catch (error) {
      thrown.push([place, throwable(error)]);
    }
  }
  return { kind: "values", values: pack(values), thrown, milliseconds: performance.now() - started };
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}

export default async function answer(ask: Ask): Promise<unknown> {
  const found = module ?? (await loaded);
  if (ask.kind === "ready") {
    return found instanceof Error
      ? ({ kind: "unusable", message: `${url} cannot be imported: ${found.message}` } satisfies Answer)
      : ({ kind: "value", value: undefined } satisfies Answer);
  }
  const task = taskOf(found, ask.name);
  if (typeof task === "string") return { kind: "unusable", message: task } satisfies Answer;
  return ask.kind === "one" ? await runOne(task, ask.input) : await runMany(task, ask.inputs);
}
