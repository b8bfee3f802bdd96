import type { NewSession } from "./session.ts";

export interface Problem {
  readonly path: string;
  readonly message: string;
}

export type Parsed =
  | { readonly ok: true; readonly session: NewSession }
  | { readonly ok: false; readonly problems: readonly Problem[] };

const TEXT_LIMIT = 80;
const TEXTS = ["tutor", "student", "subject"] as const;
const NUMBERS = [
  { path: "minutes", first: 1, last: 600 },
  { path: "rating", first: 1, last: 5 },
] as const;

/** A session from JSON, or everything that is wrong with it at once. */
export function parseNewSession(value: unknown): Parsed {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return { ok: false, problems: [{ path: "", message: "must be an object" }] };
  }
  const fields = value as Readonly<Record<string, unknown>>;
  const known: readonly string[] = [...TEXTS, ...NUMBERS.map(({ path }) => path)];
  const problems = [
    ...TEXTS.flatMap((path) => textProblem(path, fields[path])),
    ...NUMBERS.flatMap(({ path, first, last }) => numberProblem(path, fields[path], first, last)),
    ...Object.keys(fields)
      .filter((path) => !known.includes(path))
      .map((path) => ({ path: path.slice(0, TEXT_LIMIT), message: `is unknown; known are ${known.join(", ")}` })),
  ];
  if (problems.length > 0) return { ok: false, problems };
  const session = {
    tutor: String(fields.tutor).trim(),
    student: String(fields.student).trim(),
    subject: String(fields.subject).trim(),
    minutes: Number(fields.minutes),
    rating: Number(fields.rating),
  };
  return { ok: true, session };
}

function textProblem(path: string, value: unknown): Problem[] {
  const problem = (message: string) => [{ path, message }];
  if (value === undefined) return problem("is missing");
  if (typeof value !== "string") return problem("must be text");
  const length = [...value.trim()].length;
  if (length === 0) return problem("must not be empty");
  if (length > TEXT_LIMIT) return problem(`must have at most ${TEXT_LIMIT} characters; it has ${length}`);
  // Control characters, and halves of surrogate pairs: PostgreSQL stores neither NUL nor what is no UTF-8.
  if (/\p{Cc}|\p{Cs}/u.test(value)) return problem("must not hold control characters");
  return [];
}

function numberProblem(path: string, value: unknown, first: number, last: number): Problem[] {
  if (value === undefined) return [{ path, message: "is missing" }];
  if (Number.isInteger(value) && Number(value) >= first && Number(value) <= last) return [];
  return [{ path, message: `must be a whole number from ${first} to ${last}` }];
}
