import {
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type Node,
  parseDocument,
  type Scalar,
  visit,
  type YAMLError,
} from "yaml";
import type { Path } from "../spec/path.ts";
import { copyPlain } from "../spec/plain.ts";
import { positionAt, type SyntaxProblem, syntaxFault } from "./code-frame.ts";
import type { Source } from "./source.ts";
import { limitProblem } from "./yaml-limits.ts";

type Code = YAMLError["code"];

/** What the parser means, said to somebody who does not know its vocabulary. */
const MEANINGS: Readonly<Partial<Record<Code, (around: string) => string>>> = {
  DUPLICATE_KEY: (around) => `the key ${/^[^\s:]+/.exec(around)?.[0] ?? ""} is written twice`,
  TAB_AS_INDENT: () => "a tab indents this line; YAML takes spaces only",
  MULTIPLE_DOCS: () => "a second document starts here; a file holds one",
  BLOCK_AS_IMPLICIT_KEY: () => 'a key within a value; indent it on a line of its own, or put text with ": " in quotes',
  BAD_SCALAR_START: (around) => `a value cannot start with ${around.slice(0, 1)}; put it in quotes`,
  RESOURCE_EXHAUSTION: () => "too many levels",
};

function problemOf(text: string, error: YAMLError): SyntaxProblem {
  const [offset] = error.pos;
  const meaning = MEANINGS[error.code]?.(text.slice(offset, offset + 60));
  return { message: meaning ?? error.message, position: positionAt(text, offset) };
}

function unresolvedAliases(document: Document, text: string): SyntaxProblem[] {
  const found: SyntaxProblem[] = [];
  visit(document, {
    Alias: (_, alias) => {
      if (alias.resolve(document) !== undefined) return;
      const message = `*${alias.source} stands for an anchor &${alias.source}, which is nowhere above; put it in quotes if it is text`;
      found.push({ message, position: positionAt(text, alias.range?.[0] ?? 0) });
    },
  });
  return found;
}

/** The node at a path and where it, or its key, begins. Aliases are followed. */
function find(document: Document, path: Path): { readonly node: Node | null; readonly offset: number } | undefined {
  let node = document.contents as Node | null;
  let offset = node?.range?.[0] ?? 0;
  for (const key of path) {
    const target = isAlias(node) ? node.resolve(document) : node;
    if (isMap(target)) {
      const pair = target.items.find((item) => isScalar(item.key) && String(item.key.value) === key);
      if (!isPair(pair)) return undefined;
      offset = (pair.key as Scalar).range?.[0] ?? offset;
      node = pair.value as Node | null;
    } else if (isSeq(target) && typeof key === "number" && key < target.items.length) {
      node = target.items[key] as Node | null;
      offset = node?.range?.[0] ?? offset;
    } else return undefined;
  }
  return { node, offset };
}

function parse(text: string): Document {
  return parseDocument(text, { merge: true, prettyErrors: false, logLevel: "error" });
}

/** Where things are in a text that is known to be a map, also for JSON; nothing when it is too much to look through. */
export function locatorOf(text: string): Pick<Source, "locate" | "written"> & { readonly errors: YAMLError[] } {
  if (limitProblem(text) !== undefined) return { locate: () => undefined, written: () => undefined, errors: [] };
  const document = parse(text);
  return { ...locatorIn(document, text), errors: document.errors };
}

function locatorIn(document: Document, text: string): Pick<Source, "locate" | "written"> {
  return {
    locate: (path) => {
      const found = find(document, path);
      return found === undefined ? undefined : positionAt(text, found.offset);
    },
    written: (path) => {
      const node = find(document, path)?.node;
      const target = isAlias(node) ? node.resolve(document) : node;
      return isScalar(target) ? target.source : undefined;
    },
  };
}

/**
 * Reads YAML 1.2 with merge keys (`<<`). What does not fit a fleet is left to the parser of the specification.
 * Faults: TF_SPEC_SYNTAX.
 */
export function readYaml(text: string, name: string): Source {
  const limit = limitProblem(text);
  if (limit !== undefined) throw syntaxFault(name, text, [limit]);
  const document = parse(text);
  const wrong = [...document.errors, ...document.warnings].map((error) => problemOf(text, error));
  const found = wrong.length > 0 ? wrong : unresolvedAliases(document, text);
  if (found.length > 0) throw syntaxFault(name, text, found);
  let value: unknown;
  try {
    // Aliases to the same anchor become the same object; how much they amount to is bounded when that is copied.
    value = document.toJS({ maxAliasCount: -1 });
  } catch (thrown) {
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    throw syntaxFault(name, text, [{ message, position: null }]);
  }
  const { plain, findings } = copyPlain(value);
  return { name, value: plain, findings, ...locatorIn(document, text), notes: [] };
}
