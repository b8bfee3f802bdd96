/** Plain text that no reader of YAML, of 1.1 or 1.2, takes for anything else. */
const PLAIN = /^[A-Za-z/][A-Za-z0-9_./-]*( [A-Za-z0-9_./(][A-Za-z0-9_./();,'-]*)*$/;
const WORDS = /^(y|n|yes|no|on|off|true|false|null)$/i;

function scalar(value: unknown): string {
  if (typeof value === "string") return PLAIN.test(value) && !WORDS.test(value) ? value : JSON.stringify(value);
  return String(value);
}

function isEmpty(value: object): boolean {
  return Object.keys(value).length === 0;
}

/** What comes after a key or a dash: on the same line, or indented below. */
function after(value: unknown, depth: number): string {
  if (typeof value !== "object" || value === null) return ` ${scalar(value)}\n`;
  if (isEmpty(value)) return Array.isArray(value) ? " []\n" : " {}\n";
  return `\n${block(value, depth)}`;
}

function block(value: object, depth: number): string {
  const indent = "  ".repeat(depth);
  if (!Array.isArray(value))
    return Object.entries(value)
      .map(([key, inner]) => `${indent}${scalar(key)}:${after(inner, depth + 1)}`)
      .join("");
  return value
    .map((item: unknown) => {
      if (typeof item !== "object" || item === null || isEmpty(item)) return `${indent}-${after(item, depth + 1)}`;
      // The first line of an item stands beside its dash.
      return `${indent}- ${block(item, depth + 1).slice(indent.length + 2)}`;
    })
    .join("");
}

/** Maps, lists, text, numbers and booleans as YAML: an engine does without the library that reads it. */
export function toYaml(value: Readonly<Record<string, unknown>>): string {
  return block(value, 0);
}
