import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { writeDurably } from "./durable-file.ts";

test("while a file is written again and again, it and its previous copy are there at every moment", async () => {
  const directory = mkdtempSync(join(tmpdir(), "tenfold-durable-"));
  const [path, previous] = [join(directory, "state"), join(directory, "previous")];
  try {
    writeDurably(path, "0", previous);
    writeDurably(path, "1", previous);
    const module = new URL("./durable-file.ts", import.meta.url).href;
    const code = `import { writeDurably } from ${JSON.stringify(module)};
      for (let at = 2; at < 200; at += 1) writeDurably(${JSON.stringify(path)}, String(at), ${JSON.stringify(previous)});`;
    const writer = spawn(process.execPath, ["--input-type=module", "-e", code], { stdio: "inherit" });
    const ended = once(writer, "exit");
    let missed = 0;
    while (writer.exitCode === null) {
      for (let look = 0; look < 1_000; look += 1) if (!existsSync(path) || !existsSync(previous)) missed += 1;
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.deepEqual(await ended, [0, null]);
    assert.equal(missed, 0);
    assert.deepEqual([readFileSync(path, "utf8"), readFileSync(previous, "utf8")], ["199", "198"]);
    assert.deepEqual(readdirSync(directory).sort(), ["previous", "state"]);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});
