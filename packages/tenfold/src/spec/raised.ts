import { z } from "zod";
import type { Finding, Path } from "./path.ts";

type Issue = z.core.$ZodIssue;

function inWords(issue: Issue): Finding[] {
  const path: Path = issue.path.map((key) => (typeof key === "number" ? key : String(key)));
  if (issue.code === "custom") return issue.params?.inTraits === true ? [] : [{ path, message: issue.message }];
  if (issue.code !== "invalid_union") return [];
  const forms = issue.errors.map((issues) => issues.flatMap(inWords)).filter((found) => found.length > 0);
  const [found = []] = forms.length === 1 ? forms : [];
  return found.map((one) => ({ ...one, path: [...path, ...one.path] }));
}

/**
 * What transformations and refinements of a schema say of a value in words of their own, with paths within the value.
 * They run only where the value is right as far as its shape goes.
 */
export function raisedBy(schema: z.core.$ZodType, value: unknown): Finding[] {
  const parsed = z.core.safeParse(schema, value);
  return parsed.success ? [] : parsed.error.issues.flatMap(inWords);
}
