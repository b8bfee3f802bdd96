/** A step of a guide, as its reader takes it. */
export type Step =
  /** ```` ```python title=app.py ````: write a file. */
  | { readonly kind: "file"; readonly name: string; readonly text: string }
  /** ```` ```sh ````: run the lines. A ```` ```text ```` after it is what they say, `…` being anything. */
  | { readonly kind: "run"; readonly commands: readonly string[]; readonly says: readonly string[] };

const FENCE = /^```(\w+)(?: title=(\S+))?\n(.*?)^```$/gms;

/** The steps of a section (`## Flask`) of a guide. */
export function stepsOf(guide: string, section: string): readonly Step[] {
  const found = guide.split(/^## /m).find((part) => part.startsWith(`${section}\n`));
  if (found === undefined) throw new Error(`the guide has no section ${section}`);
  const steps: Step[] = [];
  for (const [, language, name, text = ""] of found.matchAll(FENCE)) {
    const lines = text.trimEnd().split("\n");
    const last = steps.at(-1);
    if (name !== undefined) steps.push({ kind: "file", name, text });
    else if (language === "sh") steps.push({ kind: "run", commands: lines, says: [] });
    else if (language === "text" && last?.kind === "run") steps.splice(-1, 1, { ...last, says: lines });
  }
  return steps;
}

/** The first line of `says` that does not appear in the output, after those before it. `null` when all do. */
export function missingFrom(output: string, says: readonly string[]): string | null {
  let rest = output;
  for (const line of says) {
    const pattern = line.split("…").map((part) =>
      part
        .trim()
        .replace(/[.*+?^${}()|[\]\\]/g, "\\$&")
        .replace(/ +/g, " +"),
    );
    const found = new RegExp(pattern.join(".*?")).exec(rest);
    if (found === null) return line;
    rest = rest.slice(found.index + found[0].length);
  }
  return null;
}
