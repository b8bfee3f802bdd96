import type { Redis } from "ioredis";
import type { Script } from "../../redis/index.ts";

/** Runs a script with these keys. Arguments are what a command may have. */
export type ScriptCommand<Answer> = (args: readonly (string | number)[]) => Promise<Answer>;

type Commands = Record<string, (args: readonly (string | number)[]) => Promise<unknown>>;

/** A script as a command of a client, which sends it by its hash, and by its text where the server does not know it yet. */
export function scriptCommand<Answer>(
  client: Redis,
  { sha, source }: Script,
  keys: readonly string[],
): ScriptCommand<Answer> {
  const commands = client as unknown as Commands;
  if (!(sha in commands)) client.defineCommand(sha, { numberOfKeys: keys.length, lua: source });
  return (args) => (commands[sha] as NonNullable<Commands[string]>)([...keys, ...args]) as Promise<Answer>;
}
