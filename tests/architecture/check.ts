import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { CLOSED, FOLDERS, GENERATED, LONGEST, PACKAGES, PURE } from "./rules.ts";

const IMPORT = /\b(?:from|import)\s*\(?\s*["']([^"']+)["']/g;
const COMMENT = /\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm;
const TEXT = /"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`/g;
const IMPURE =
  /\bprocess\.\w+|\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\bperformance\.\w+|\bset(?:Timeout|Interval|Immediate)\(|\bconsole\.\w+|\bglobalThis\b|\bfetch\(/;

/** A TypeScript file of a package: its path in the package's `src`, and its text without comments. */
interface Source {
  readonly path: string;
  readonly text: string;
  readonly lines: number;
}

function read(root: string): Source[] {
  return globSync("**/*.ts", { cwd: root })
    .sort()
    .map((path) => {
      const text = readFileSync(join(root, path), "utf8");
      // Nobody reads what is generated to understand it.
      const lines = text.startsWith(GENERATED) ? 0 : text.trimEnd().split("\n").length;
      return { path, text: text.replace(COMMENT, ""), lines };
    });
}

/** Tests and what only they use may import whatever they test with. */
function isTest(path: string): boolean {
  return /\.(test|fixture)\.ts$|(^|\/)conformance\.ts$/.test(path);
}

function importsOf({ text }: Source): string[] {
  return [...text.matchAll(IMPORT)].flatMap(([, specifier]) => (specifier === undefined ? [] : [specifier]));
}

function folderOf(path: string): string {
  return path.includes("/") ? (path.split("/")[0] ?? "") : "";
}

function checkDirection(from: string, to: string): string[] {
  const [source, target] = [folderOf(from), folderOf(to)];
  if (source === target || source === "") return [];
  const allowed = FOLDERS[source];
  if (allowed === undefined) return [`${from}: say in tests/architecture/rules.ts what ${source}/ may import`];
  if (!allowed.includes(target)) return [`${from} imports ${to}, but ${source}/ may not import ${target || "src"}/`];
  return CLOSED.filter(({ what, except }) => what.test(to) && !except.some((prefix) => from.startsWith(prefix))).map(
    ({ instead }) => `${from} imports ${to}, but that is reached through ${instead} only`,
  );
}

function checkPurity(source: Source): string[] {
  if (!PURE.some((folder) => source.path.startsWith(`${folder}/`))) return [];
  const modules = importsOf(source).filter((specifier) => specifier.startsWith("node:"));
  const found = IMPURE.exec(source.text.replace(TEXT, '""'))?.[0];
  return [...modules, ...(found === undefined ? [] : [found])].map((what) => `${source.path} is pure and uses ${what}`);
}

function checkLength(path: string, lines: number): string[] {
  return lines <= LONGEST ? [] : [`${path} has ${lines} lines, more than ${LONGEST}`];
}

/** Whatever breaks a rule in a package, a line each. `root` is the repository's. */
function checkPackage(root: string, name: string, allowed: readonly string[]): string[] {
  const src = join(root, "packages", name, "src");
  return read(src).flatMap((source) => {
    const at = `packages/${name}/src/`;
    const problems = checkLength(source.path, source.lines);
    if (isTest(source.path)) return problems.map((problem) => at + problem);
    for (const specifier of importsOf(source)) {
      if (specifier.startsWith(".")) {
        const target = normalize(join(dirname(source.path), specifier));
        if (target.startsWith("..")) problems.push(`${source.path} imports ${specifier}, outside of its package`);
        else if (name === "tenfold") problems.push(...checkDirection(source.path, target));
      } else if (/^(@tenfold\/|tenfold$|tenfold\/)/.test(specifier)) {
        const wanted = specifier
          .split("/")
          .slice(0, specifier.startsWith("@") ? 2 : 1)
          .join("/");
        if (!allowed.includes(wanted)) problems.push(`${source.path} imports ${specifier}, which ${name} may not`);
      }
    }
    if (name === "tenfold") problems.push(...checkPurity(source));
    return problems.map((problem) => at + problem);
  });
}

/** Whatever breaks a rule in the repository: directions, purity, length. Empty when all is well. */
export function checkArchitecture(root: string): string[] {
  const packages = Object.entries(PACKAGES).filter(([name]) => existsSync(join(root, "packages", name)));
  const others = ["tests", "bench", "scripts", "examples"].flatMap((folder) =>
    globSync("**/*.{ts,mjs}", { cwd: join(root, folder), exclude: (path) => path === "node_modules" })
      .filter((path) => !path.includes("node_modules"))
      .flatMap((path) => {
        const lines = readFileSync(join(root, folder, path), "utf8")
          .trimEnd()
          .split("\n").length;
        return checkLength(`${folder}/${path}`, lines);
      }),
  );
  return [...packages.flatMap(([name, allowed]) => checkPackage(root, name, allowed)), ...others];
}
