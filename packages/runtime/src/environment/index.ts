import { hostname } from "node:os";
import type { Environment } from "./environment.ts";
import { parseEnvironment } from "./parse-environment.ts";

export type { Address, Environment } from "./environment.ts";
export { parseEnvironment, type Self } from "./parse-environment.ts";

/** What this process was told. Throws `TF_RT_ENVIRONMENT`, which lists every problem. */
export function readEnvironment(variables: Readonly<Record<string, string | undefined>> = process.env): Environment {
  return parseEnvironment(variables, { hostname: hostname(), pid: process.pid });
}
