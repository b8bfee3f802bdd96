/** A file of the project that `init` looks at. */
export interface ProjectFile {
  /** Relative to the project, with slashes. */
  readonly path: string;
  /** `null`: it is there, and was not read (a binary, too large, or only its presence matters). */
  readonly text: string | null;
}

/** What is known of a project: the name of its directory, and the files that matter. */
export interface DetectInput {
  readonly directory: string;
  readonly files: readonly ProjectFile[];
}

/** A line of a file that matched. */
export interface Line {
  readonly file: string;
  /** From 1. */
  readonly number: number;
  readonly text: string;
  readonly match: RegExpExecArray;
}

const SOURCE = /\.(?:[cm]?[jt]sx?|py|rb|go|php)$/;

/** Tests, examples and documentation use frameworks in ways that say nothing of how the application starts. */
const ASIDE =
  /(?:^|\/)(?:tests?|__tests__|spec|examples?|docs?|e2e|cypress|fixtures?)\/|(?:^|\/)(?:test_|conftest)|[._](?:test|spec)\.|\.d\.ts$/;

const COMMENT = /^\s*(?:#(?!!)|\/\/|\*|\/\*)/;

/** `a` and `a/b` of `a/b/c`. */
function parentsOf(path: string): string[] {
  const parts = path.split("/").slice(0, -1);
  return parts.map((_, at) => parts.slice(0, at + 1).join("/"));
}

/** A project's files, as detectors ask for them. */
export class Project {
  readonly directory: string;
  /** Shallow ones first. */
  readonly #files: ReadonlyMap<string, string | null>;
  readonly #sources: readonly string[];
  readonly #directories: ReadonlySet<string>;

  constructor(input: DetectInput) {
    this.directory = input.directory;
    const depth = (path: string): number => path.split("/").length;
    const sorted = input.files.toSorted((a, b) => depth(a.path) - depth(b.path) || (a.path < b.path ? -1 : 1));
    this.#files = new Map(sorted.map(({ path, text }) => [path, text]));
    this.#directories = new Set(sorted.flatMap(({ path }) => parentsOf(path)));
    this.#sources = sorted.map(({ path }) => path).filter((path) => SOURCE.test(path) && !ASIDE.test(path));
  }

  has(path: string): boolean {
    return this.#files.has(path);
  }

  /** Whether a directory has files that matter. */
  hasBelow(directory: string): boolean {
    return this.#directories.has(directory);
  }

  /** The first of these that is there. */
  first(paths: readonly string[]): string | undefined {
    return paths.find((path) => this.has(path));
  }

  /** Empty when it is absent or was not read. */
  text(path: string): string {
    return this.#files.get(path) ?? "";
  }

  /** Paths that match, shallow ones first. */
  paths(pattern: RegExp): string[] {
    return [...this.#files.keys()].filter((path) => pattern.test(path));
  }

  /** Source files of the application itself, shallow ones first. */
  sources(pattern: RegExp = SOURCE): string[] {
    return this.#sources.filter((path) => pattern.test(path));
  }

  /** Lines that match, file by file; comments do not count. */
  *lines(files: readonly string[], pattern: RegExp): Generator<Line> {
    // Most files have no such line: one search of the whole text tells, without splitting it.
    const anywhere = new RegExp(pattern.source, `${pattern.flags.replace(/[gm]/g, "")}m`);
    for (const file of files) {
      const text = this.text(file);
      if (!anywhere.test(text)) continue;
      for (const [at, line] of text.split("\n").entries()) {
        const match = COMMENT.test(line) ? null : pattern.exec(line);
        if (match !== null) yield { file, number: at + 1, text: line.trim(), match };
      }
    }
  }

  /** The first line that matches. */
  line(files: readonly string[], pattern: RegExp): Line | undefined {
    for (const line of this.lines(files, pattern)) return line;
    return undefined;
  }
}

/** `app.py:12`: where a line is, for people. */
export function placeOf(line: Line): string {
  return `${line.file}:${line.number}`;
}
