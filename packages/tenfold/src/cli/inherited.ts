import { INHERITED_NAMES } from "../fleet/environment.ts";

/** The part of the caller's environment that goes further; `env` and `.env` say what else does. */
export function inheritedVariables(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    INHERITED_NAMES.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]] as const])),
  );
}
