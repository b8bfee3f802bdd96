import { CST, Lexer } from "yaml";
import { positionAt, type SyntaxProblem } from "./code-frame.ts";

const MOST_TOKENS = 30_000;
const DEEPEST = 40;

/** How deep the tokens so far have led. */
interface Depth {
  /** Open `{` and `[`. */
  flow: number;
  /** Columns at which the lines that are still open began. */
  readonly indents: number[];
  /** `- - ? a:` on one line. */
  compact: number;
}

function enterLine(depth: Depth, indent: number): void {
  depth.compact = 0;
  if (depth.flow > 0) return;
  while ((depth.indents.at(-1) ?? -1) >= indent) depth.indents.pop();
  depth.indents.push(indent);
}

function enterToken(depth: Depth, type: CST.TokenType | null): void {
  if (type === "flow-map-start" || type === "flow-seq-start") depth.flow += 1;
  else if (type === "flow-map-end" || type === "flow-seq-end") depth.flow = Math.max(0, depth.flow - 1);
  else if (type === "explicit-key-ind") depth.compact += 1;
  else if (depth.flow === 0 && (type === "seq-item-ind" || type === "map-value-ind")) depth.compact += 1;
}

/** Tokens that stand for no characters of the text. */
const MARKS: ReadonlySet<CST.TokenType | null> = new Set(["doc-mode", "flow-error-end", "scalar"]);

/**
 * Looks for what would make the parser take minutes: it works by recursion, recovers from an overflow of the stack at
 * every level, and compares each key with all others. Tokens are cheap to make, so they are counted first.
 */
export function limitProblem(text: string): SyntaxProblem | undefined {
  const depth: Depth = { flow: 0, indents: [], compact: 0 };
  let tokens = 0;
  let offset = 0;
  let indent: number | null = 0;
  let isScalar = false;
  for (const token of new Lexer().lex(text)) {
    const type: CST.TokenType | null = isScalar ? null : CST.tokenType(token);
    isScalar = type === "scalar";
    tokens += 1;
    if (tokens > MOST_TOKENS) return { message: `holds more than ${MOST_TOKENS} words and signs`, position: null };
    if (type === "newline") indent = 0;
    else if (type === "space" && indent !== null) indent = token.length;
    else if (type !== "space" && type !== "comment" && type !== "doc-mode") {
      if (indent !== null) enterLine(depth, indent);
      indent = null;
      enterToken(depth, type);
    }
    if (depth.flow > DEEPEST || depth.indents.length > DEEPEST || depth.compact > DEEPEST)
      return { message: `has more than ${DEEPEST} levels`, position: positionAt(text, offset) };
    if (!MARKS.has(type)) offset += token.length;
  }
  return undefined;
}
