import { Fault } from "../fault/index.ts";

/**
 * Imports an optional package when it is first needed: `await loadPeer("pg", () => import("pg"))`. Throws
 * `TF_RT_PEER_MISSING`, with the command that installs it, when the application has not got it.
 */
export async function loadPeer<Module>(name: string, load: () => Promise<Module>): Promise<Module> {
  try {
    return await load();
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    const missing = code === "ERR_MODULE_NOT_FOUND" && (error as Error).message.includes(`'${name}'`);
    if (!missing) throw error;
    throw new Fault("TF_RT_PEER_MISSING", `the package ${name} is not installed`, { hint: `npm install ${name}` });
  }
}
