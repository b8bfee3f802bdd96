import { CONVENTIONS, INHERITED_NAMES } from "../../packages/tenfold/src/fleet/environment.ts";
import {
  type Audience,
  descriptionOfVariable,
  neededFor,
  PROVIDED_NAMES,
  withoutVariable,
} from "../../packages/tenfold/src/fleet/provided.ts";
import { GENERATED, tableOf } from "./page.ts";

const EVERYBODY: readonly Audience[] = ["web", "workers", "scheduler", "release"];

function audienceOf(name: string): string {
  const without = withoutVariable(name, EVERYBODY);
  return without.length === 0 ? "all" : EVERYBODY.filter((one) => !without.includes(one)).join(", ");
}

function row(name: string): string[] {
  const needs = neededFor(name) ?? "nothing";
  return [`\`${name}\``, audienceOf(name), needs === "nothing" ? "" : needs, descriptionOfVariable(name) ?? ""];
}

/** docs/reference/environment.md. */
export function environmentPage(): string {
  const conventions = Object.entries(CONVENTIONS).map(([name, value]) => [`\`${name}\``, `\`${value}\``]);
  return [
    "# What the application gets",
    "",
    GENERATED,
    "",
    "Tenfold tells an application what it needs through variables of its environment. `tenfold exec printenv` shows them as",
    "a release command gets them, `tenfold exec web-1 printenv` as an instance does.",
    "",
    ...tableOf(
      ["variable", "who gets it", "the file must have", "what it is"],
      PROVIDED_NAMES.filter((name) => !/_READ_URL_[2-9]$/.test(name)).map(row),
    ),
    "",
    "Every replica has such a variable: `DATABASE_READ_URL_2` and so on. One that is gone is stood in for by another, or by the primary.",
    "",
    "## Which value wins",
    "",
    "From the strongest to the weakest: `env` of the file, what Tenfold provides, `.env`, conventions. Only `PORT` cannot be",
    "written. `${NAME}` in `env` and in `.env` refers to any of them.",
    "",
    "Conventions, where you say nothing:",
    "",
    ...tableOf(["variable", "value"], conventions),
    "",
    "Of the environment of whoever calls Tenfold, only what a process needs to work at all goes further:",
    `${INHERITED_NAMES.map((name) => `\`${name}\``).join(", ")}. \`PATH\` is preceded by the \`node_modules/.bin\` of the project. A process`,
    "that runs under another user than the caller gets a `HOME` of its own.",
    "",
  ].join("\n");
}
