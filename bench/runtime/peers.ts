import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const require = createRequire(new URL("../peers/package.json", import.meta.url));

/** A module of what Tenfold is measured against. Its types are not installed here: say what is used of it. */
export async function peer<Module>(name: string): Promise<Module> {
  return (await import(pathToFileURL(require.resolve(name)).href)) as Module;
}
