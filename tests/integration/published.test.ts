import assert from "node:assert/strict";
import { chmod, cp, mkdir, mkdtemp, readdir, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { ROOT, run } from "../harness/program.ts";
import { createProject } from "../harness/project.ts";

const PACKAGES: Readonly<Record<string, string>> = {
  protocol: "@tenfold/protocol",
  runtime: "@tenfold/runtime",
  tenfold: "tenfold",
};

/** Runs a program, which has to succeed; gives what it wrote. */
async function succeed(cwd: string, ...argv: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run([], { argv, cwd });
  assert.equal(code, 0, `${argv.join(" ")}: ${stdout}${stderr}`);
  return stdout.trim();
}

/** What the packages depend on is what the repository has; npm would fetch it. */
async function linkOthers(modules: string): Promise<void> {
  await mkdir(join(modules, "@tenfold"), { recursive: true });
  for (const name of await readdir(join(ROOT, "node_modules")))
    if (!name.endsWith("tenfold")) await symlink(join(ROOT, "node_modules", name), join(modules, name));
}

/** Builds and packs the packages as they are published, from a copy of the sources. Gives a `node_modules` that has them. */
async function install(directory: string): Promise<string> {
  const copy = join(directory, "copy");
  const modules = join(directory, "node_modules");
  await mkdir(copy);
  for (const name of ["packages", "scripts", "tsconfig.json", "LICENSE", "package.json"])
    await cp(join(ROOT, name), join(copy, name), {
      recursive: true,
      filter: (path) => !/\/(node_modules|dist)$/.test(path),
    });
  await linkOthers(join(copy, "node_modules"));
  for (const [name, title] of Object.entries(PACKAGES))
    await symlink(join(copy, "packages", name), join(copy, "node_modules", title));
  await succeed(copy, process.execPath, "--conditions=source", join(copy, "scripts/build.ts"));
  for (const [name, title] of Object.entries(PACKAGES)) {
    const from = join(copy, "packages", name);
    const archive = await succeed(from, "npm", "pack", "--silent", "--pack-destination", directory);
    const home = join(modules, title);
    await mkdir(home, { recursive: true });
    await succeed(directory, "tar", "-xzf", archive, "-C", home, "--strip-components=1");
  }
  await linkOthers(modules);
  return modules;
}

test("the packages run a fleet as they are published, and an application finds the SDK", async () => {
  const directory = await mkdtemp(join(tmpdir(), "published-"));
  // The application runs as another user.
  await chmod(directory, 0o755);
  try {
    const modules = await install(directory);
    const argv = [process.execPath, join(modules, "tenfold/bin/tenfold.mjs")];
    await using project = await createProject({
      files: {
        "server.mjs": `
          import { createServer } from "node:http";
          import { createRuntime } from "@tenfold/runtime";
          const app = await createRuntime();
          const server = createServer((request, response) => response.end(app.health.live().instance_id));
          server.listen(process.env.PORT, process.env.HOST);
        `,
        "tenfold.config.ts": `
          import { defineFleet } from "tenfold";
          export default defineFleet({ name: "shop", web: { command: "node server.mjs", instances: 2 } });
        `,
      },
    });
    await symlink(modules, project.path("node_modules"));
    const tenfold = async (...words: readonly string[]): Promise<string> => {
      const { code, stdout, stderr } = await project.run(words, { argv });
      assert.equal(code, 0, `tenfold ${words.join(" ")}: ${stdout}${stderr}`);
      return stdout;
    };
    await tenfold("up", "-d");
    const { urls } = await project.ps();
    const answer = await (await fetch(urls.app ?? "")).text();
    assert.match(answer, /^web-[12]$/);
    await tenfold("down", "--volumes", "-y");
  } finally {
    await rm(directory, { recursive: true });
  }
});
