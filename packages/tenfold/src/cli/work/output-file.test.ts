import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Fault } from "../../fault/fault.ts";
import { checkOutput, writeOutput } from "./output-file.ts";

test("a file that cannot be written is told before and after, with why", async () => {
  const directory = await mkdtemp(join(tmpdir(), "tenfold-output-"));
  try {
    const file = join(directory, "report.html");
    await writeFile(join(directory, "taken"), "");
    for (const [path, why] of [
      [join(directory, "none", "x"), /its directory does not exist/],
      [directory, /it is a directory/],
      [join(directory, "taken", "x"), /its directory is a file/],
    ] as const)
      for (const act of [checkOutput, writeOutput])
        await assert.rejects(
          act(path, ""),
          (error) => error instanceof Fault && error.code === "TF_NOT_WRITABLE" && why.test(error.message),
        );
    await checkOutput(file);
    await writeOutput(file, "text");
    await checkOutput(file);
    assert.equal(await readFile(file, "utf8"), "text");
  } finally {
    await rm(directory, { recursive: true });
  }
});
