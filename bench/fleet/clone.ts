import { execFileSync } from "node:child_process";
import { ROOT } from "../../tests/harness/program.ts";
import { createProject } from "../../tests/harness/project.ts";
import { statusOf } from "./measure.ts";
import type { Row } from "./row.ts";

/** The system's own Node, as in a shell that knows nothing of this clone. */
const PATH = (process.env.PATH ?? "")
  .split(":")
  .filter((directory) => !directory.includes("node_modules"))
  .join(":");

/** A clone of what is committed, `npm start -- -d`, and a request that is served. Engines are there; npm's packages are not. */
export async function clone(): Promise<Row[]> {
  await using project = await createProject({ name: "clone" });
  const since = performance.now();
  execFileSync("git", ["clone", "--quiet", ROOT, project.path("tenfold")]);
  const inClone = (argv: readonly string[]) =>
    project.run([], { argv: ["sh", "-c", `cd tenfold && exec ${argv.join(" ")}`], env: { PATH } });
  const { code, stdout, stderr } = await inClone(["npm", "start", "--silent", "--", "-d"]);
  try {
    const url = /^app +(http\S+)/m.exec(stdout)?.[1];
    if (code !== 0 || url === undefined || (await statusOf(url)) !== 200) throw new Error(`${stdout}${stderr}`);
    const took = (performance.now() - since) / 1000;
    return [{ what: "fresh clone to a served request", who: "Tenfold", unit: "s", runs: [took], target: 90 }];
  } finally {
    await inClone(["npm", "stop", "--silent", "--", "--volumes", "-y"]);
  }
}
