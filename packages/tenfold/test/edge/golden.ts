import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { memberNamed } from "../../src/fleet/data.ts";
import type { Fleet } from "../../src/fleet/fleet.ts";
import type { Rendering } from "../../src/fleet/launch.ts";
import type { MemberName } from "../../src/fleet/member.ts";
import type { Paths } from "../../src/fleet/paths.ts";
import { renderMember } from "../../src/render/render.ts";
import { createServices } from "../../src/services/wire.ts";
import { millis } from "../../src/units/millis.ts";
import { LabDriver } from "./driver.ts";
import { GOLDEN_PATHS, type TestFleet, testFleet } from "./fleet.ts";
import { currentUser } from "./lab.ts";

/** A fleet whose configuration, of one member, is kept beside its renderer. */
export interface GoldenFleet {
  readonly name: string;
  readonly member: string;
  readonly fleet: Omit<TestFleet, "paths" | "user">;
}

function textOf({ files, launch }: Rendering): string {
  const parts = files.filter(({ path }) => !/\.(html|json)$/.test(path));
  const launched = JSON.stringify({ argv: launch.argv, cwd: launch.cwd, stop: launch.stop }, null, 2);
  return [...parts.map(({ path, mode, content }) => `### ${path} ${mode.toString(8)}\n${content}`), launched, ""].join(
    "\n",
  );
}

/** Compares with the file in `golden/`, which GOLDEN=write writes anew. */
export function assertGolden(folder: URL, { name, member, fleet }: GoldenFleet): void {
  const resolved = testFleet({ ...fleet, paths: GOLDEN_PATHS });
  const text = textOf(renderMember(resolved, memberNamed(resolved, member as MemberName)));
  const path = new URL(`golden/${name}.txt`, folder);
  if (process.env.GOLDEN === "write") {
    mkdirSync(dirname(path.pathname), { recursive: true });
    writeFileSync(path, text);
  }
  assert.equal(text, existsSync(path) ? readFileSync(path, "utf8") : "", "GOLDEN=write writes what is rendered now");
}

/** Writes what is rendered where the program can read it, and has the program judge it. */
export async function judge(
  golden: GoldenFleet,
  command: (rendering: Rendering) => readonly string[],
): Promise<{ readonly code: number | null; readonly output: string }> {
  const home = mkdtempSync(join(tmpdir(), "tenfold golden-"));
  const driver = new LabDriver(currentUser());
  try {
    const paths: Paths = { project: home, state: home, home, run: join(home, "run") };
    for (const part of ["config", "data", "logs", "run"]) mkdirSync(join(home, part));
    const fleet: Fleet = testFleet({ ...golden.fleet, paths, user: currentUser() });
    const member = memberNamed(fleet, golden.member as MemberName);
    const signal = AbortSignal.timeout(20_000);
    await createServices().of(member.kind).prepare?.({ fleet, driver, signal }, member);
    const rendering = renderMember(fleet, member);
    await driver.writeFiles(rendering.files);
    const launch = { ...rendering.launch, argv: command(rendering), log: "/dev/null" };
    return await driver.run(launch, { timeout: millis(20_000), signal });
  } finally {
    await driver.killAll();
    rmSync(home, { recursive: true, force: true });
  }
}
