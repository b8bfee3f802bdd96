import type { Files } from "../detected.fixture.ts";

interface Package {
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: readonly string[];
  readonly rest?: object;
}

/** A `package.json` in a test. */
export function pkg({ scripts = {}, dependencies = [], rest = {} }: Package): Files {
  const versions = Object.fromEntries(dependencies.map((name) => [name, "^1.0.0"]));
  return { "package.json": JSON.stringify({ name: "x", scripts, dependencies: versions, ...rest }) };
}

/** A server that reads its port. */
export const SERVER = "import express from 'express';\nconst app = express();\napp.listen(process.env.PORT ?? 3000);\n";
