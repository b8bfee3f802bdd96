import { type Context, type ContextOptions, openContext, type Part } from "../context/index.ts";
import type { Environment } from "../environment/index.ts";
import { Assembly } from "./assemble.ts";
import { LOADERS, type Open, type PartOf, type PartOptions, type Parts } from "./parts.ts";

/** Options of the runtime, and those of its parts by their names. */
export interface RuntimeOptions extends ContextOptions, PartOptions {}

/** The parts of one process, over shared connections. */
export interface Runtime extends Readonly<Parts>, AsyncDisposable {
  readonly environment: Environment;
  /** For parts of one's own. */
  readonly context: Context;
  /** Closes the parts that were used, in order, then the connections. Idempotent. */
  close(): Promise<void>;
}

/**
 * Reads the environment, and loads the code of the parts but none of their packages. A part is made when it is first
 * asked for, and connects when it is first used. Throws `TF_RT_ENVIRONMENT`.
 */
export async function createRuntime(options: RuntimeOptions = {}): Promise<Runtime> {
  const context = openContext(options);
  const told = options as Readonly<Record<string, object | undefined>>;
  const loaders = Object.entries<() => Promise<unknown>>(LOADERS);
  const part = ((name: string) => assembly.get(name)) as PartOf;
  const makers = await Promise.all(
    loaders.map(async ([name, load]): Promise<[string, () => Part]> => {
      const open = (await load()) as Open<Part, object>;
      return [name, () => open(context, told[name] ?? {}, part)];
    }),
  );
  const assembly: Assembly = new Assembly(new Map(makers));
  const close = async () => {
    try {
      await assembly.close();
    } finally {
      await context.close();
    }
  };
  context.drains.add("stores", close);
  const runtime = { environment: context.environment, context, close, [Symbol.asyncDispose]: close };
  for (const [name] of loaders)
    Object.defineProperty(runtime, name, { enumerable: true, get: () => assembly.get(name) });
  return runtime as Partial<Runtime> as Runtime;
}
