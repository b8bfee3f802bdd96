import assert from "node:assert/strict";
import { glob, readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import { Fault } from "../fault/fault.ts";
import { formatSpec, specToFile } from "../spec/format.ts";
import { parseSpec } from "../spec/parse.ts";
import { expandValue } from "./expand.ts";
import { loadProject } from "./load.ts";
import { mutateText, mutateValue, randomFrom } from "./mutation.fixture.ts";
import { temporaryProject } from "./temporary-project.fixture.ts";

const SEED = Number(process.env.MUTATION_SEED ?? 20_261_120);
const VALUES = 3_000;
const TEXTS = 2_000;
const SLOWEST = 5_000;

const FURTHER = {
  ".env": "# variables\nexport A=1\nB=\"two\\n${A}\"\nC='three ${A}'\nPAYMENT_KEY=${B:-x} # c\n",
  Procfile: "web: gunicorn app --bind $HOST:$PORT\nworker: celery worker\nbeat: celery beat\nrelease: ./migrate\n",
  "tenfold.more.yaml": "web:\n  instances: {min: 2, max: 9}\nredis: null\npostgres:\n  url: ${A:-postgres://h/d}\n",
};

const KINDS = [...Array(3).fill("tenfold.yaml"), "tenfold.json", ".env", "Procfile", "tenfold.more.yaml"] as string[];

async function examples(): Promise<string[]> {
  const folder = join(import.meta.dirname, "../spec");
  const texts: string[] = [];
  for await (const file of glob("**/example.yaml", { cwd: folder }))
    texts.push(await readFile(join(folder, file), "utf8"));
  return texts;
}

test(`${VALUES} values with something wrong parse to a specification or to problems`, async (t) => {
  t.diagnostic(`MUTATION_SEED=${SEED}`);
  const random = randomFrom(SEED);
  const bases: unknown[] = (await examples()).map((text) => parse(text));
  let accepted = 0;
  for (let count = 0; count < VALUES; count += 1) {
    const value = mutateValue(bases[count % bases.length], random);
    const before = performance.now();
    const result = parseSpec(value, "shop");
    const took = performance.now() - before;
    assert.ok(took < SLOWEST, `value ${count} took ${took} ms`);
    if (!result.ok) {
      assert.ok(result.problems.length > 0, `value ${count} is refused for no reason`);
      for (const { path, message } of result.problems) {
        assert.ok(message.length > 5 && message.length < 1_000, `value ${count}: ${message.slice(0, 2_000)}`);
        assert.ok(path.length < 1_000, `value ${count}: ${path.slice(0, 2_000)}`);
        assert.doesNotMatch(message, /undefined|\[object|invalid input|expected/i);
      }
      continue;
    }
    accepted += 1;
    for (const written of [specToFile(result.value), parse(formatSpec(result.value))]) {
      const read = expandValue(
        written,
        () => undefined,
        () => undefined,
      );
      assert.deepEqual(parseSpec(read.value, "other"), result, `value ${count} does not survive being written`);
    }
  }
  t.diagnostic(`${accepted} were accepted`);
  assert.ok(accepted > VALUES / 20, "hardly anything is accepted: the mutations are too wild to test much");
  assert.ok(accepted < VALUES / 2, "most are accepted: the mutations are too tame");
});

test(`${TEXTS} files with something wrong load to a project or to a fault`, async (t) => {
  t.diagnostic(`MUTATION_SEED=${SEED}`);
  const random = randomFrom(SEED + 1);
  const bases = await examples();
  const outcomes = new Map<string, number>();
  await using project = await temporaryProject(FURTHER);
  for (let count = 0; count < TEXTS; count += 1) {
    const base = bases[count % bases.length] ?? "";
    const kind = KINDS[Math.floor(random() * KINDS.length)] ?? "tenfold.yaml";
    const files: Record<string, string> = { ...FURTHER, "tenfold.yaml": base };
    const text = kind === "tenfold.json" ? JSON.stringify(parse(base), null, 2) : (files[kind] ?? "");
    await project.write("tenfold.yaml", base);
    await project.write(kind, mutateText(text, random));
    const before = performance.now();
    let outcome = "accepted";
    try {
      await loadProject({
        directory: project.directory,
        file: kind === "tenfold.json" || kind === "Procfile" ? kind : "tenfold.yaml",
        envName: kind === "tenfold.more.yaml" ? "more" : undefined,
        processEnv: { HOME: "/root" },
      });
    } catch (thrown) {
      if (!(thrown instanceof Fault)) throw new Error(`file ${count} (${kind}): ${thrown}`, { cause: thrown });
      outcome = thrown.code;
      const said = [thrown.message, ...thrown.lines].join("\n");
      assert.doesNotMatch(said, /undefined|\[object|Maximum call stack/, `file ${count}`);
    }
    const took = performance.now() - before;
    await project.write(kind, text);
    assert.ok(took < SLOWEST, `file ${count} (${kind}) took ${took} ms`);
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  }
  t.diagnostic([...outcomes].map(([name, times]) => `${name} ${times}`).join(", "));
  for (const code of ["accepted", "TF_SPEC_SYNTAX", "TF_SPEC_INVALID", "TF_ENV_FILE", "TF_FILE_UNREADABLE"])
    assert.ok((outcomes.get(code) ?? 0) > 10, `${code} hardly ever happened`);
});
