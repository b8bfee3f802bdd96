import type { CommandDefinition, OptionDefinition } from "../../packages/tenfold/src/cli/command.ts";
import { COMMANDS } from "../../packages/tenfold/src/cli/commands/index.ts";
import { GLOBAL_OPTIONS } from "../../packages/tenfold/src/cli/program.ts";
import { EXIT_CODES } from "../../packages/tenfold/src/fault/catalogue.ts";
import { GENERATED, tableOf } from "./page.ts";

const MEANING: Readonly<Record<keyof typeof EXIT_CODES, string>> = {
  done: "done; what is already so is success",
  failed: "it failed, or the fleet is not healthy",
  input: "something that you wrote is not understood: the command line, the fleet file, `.env`",
  machine: "the machine lacks something: a program, a port, space, a right",
  locked: "another operation is under way",
};

function options(list: readonly OptionDefinition[]): string[] {
  if (list.length === 0) return [];
  return [
    ...tableOf(
      ["option", "what it does"],
      list.map(({ flags, description }) => [`\`${flags}\``, description]),
    ),
    "",
  ];
}

function section({
  name,
  usage,
  written,
  summary,
  description,
  options: own,
  examples,
  passThrough,
}: CommandDefinition) {
  const common = passThrough === "all" ? ["Of the common options, it takes `-C` alone.", ""] : [];
  return [
    `## \`tenfold ${`${name} ${written ?? usage}`.trim()}\``,
    "",
    `${summary[0]?.toUpperCase()}${summary.slice(1)}.${description === undefined ? "" : ` ${description}`}`,
    "",
    ...options(own),
    ...common,
    "```sh",
    ...examples.map(({ run, does }) => `${run}  # ${does}`),
    "```",
    "",
  ];
}

/** docs/reference/commands.md. */
export function commandsPage(): string {
  const codes = Object.entries(EXIT_CODES).map(([exit, code]) => [`${code}`, MEANING[exit as keyof typeof EXIT_CODES]]);
  return [
    "# Commands",
    "",
    GENERATED,
    "",
    "Results go to standard output, everything else to standard error. What goes wrong is told as `error`, what was found,",
    "and a `hint`; [faults](faults.md) lists every code. Anything else that ends with a stack is a defect of Tenfold.",
    "",
    ...tableOf(
      ["command", "what it does"],
      COMMANDS.map(({ name, summary }) => [`[\`${name}\`](#${anchor(name)})`, summary]),
    ),
    "",
    "## Everywhere",
    "",
    ...options(GLOBAL_OPTIONS),
    "`--json` is a contract with a `version`: it grows new fields, and never changes or loses one within a version.",
    "In `logs`, `-f` is `--follow`; the fleet file is `--file` there.",
    "",
    ...tableOf(["exit code", "meaning"], codes),
    "",
    ...COMMANDS.flatMap(section),
  ]
    .join("\n")
    .trimEnd()
    .concat("\n");
}

/** As GitHub makes them from headings. */
function anchor(name: string): string {
  const found = COMMANDS.find((command) => command.name === name);
  return `tenfold ${name} ${found?.written ?? found?.usage ?? ""}`
    .trim()
    .toLowerCase()
    .replace(/[^\w -]/g, "")
    .replaceAll(" ", "-");
}
