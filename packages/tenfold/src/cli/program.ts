import { resolve } from "node:path";
import { Command, CommanderError } from "commander";
import { Fault } from "../fault/fault.ts";
import { VERSION } from "../fleet/version.ts";
import { nearest } from "../units/nearest.ts";
import type { CommandDefinition, Input, OptionDefinition } from "./command.ts";
import type { GlobalOptions } from "./context.ts";

/** What every command accepts, before its name or after it. */
export const GLOBAL_OPTIONS: readonly OptionDefinition[] = [
  { flags: "-C, --directory <directory>", description: "the project's directory, instead of the current one" },
  {
    flags: "-f, --file <file>",
    description: "the fleet file, instead of tenfold.config.ts, tenfold.yaml or another that is found",
  },
  { flags: "--env <name>", description: "merge the overlay of that name over the file, and read .env.NAME" },
  { flags: "--json", description: "print the result for programs" },
  { flags: "--dry-run", description: "show the steps, do nothing" },
  { flags: "-y, --yes", description: "answer every question with yes" },
  { flags: "-q, --quiet", description: "print nothing but results and errors" },
  { flags: "-v, --verbose", description: "print every step" },
];

/** What was typed, understood. */
export interface Invocation {
  readonly command: CommandDefinition;
  readonly input: Input;
  readonly options: GlobalOptions;
}

type Values = Readonly<Record<string, unknown>>;

function text(values: Values, name: string): string | null {
  const value = values[name];
  return typeof value === "string" ? value : null;
}

function list(values: Values, name: string): string[] {
  const value = values[name];
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === "string") : [];
}

function globalOptions(values: Values, cwd: string): GlobalOptions {
  return {
    directory: resolve(cwd, text(values, "directory") ?? "."),
    file: text(values, "file"),
    envName: text(values, "env"),
    json: values.json === true,
    dryRun: values.dryRun === true,
    yes: values.yes === true,
    quiet: values.quiet === true,
    verbose: values.verbose === true,
  };
}

function camel(option: string): string {
  return option.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function examplesText({ examples }: CommandDefinition): string {
  const lines = examples.map(({ run, does }) => `  ${run}\n      ${does}`);
  return lines.length === 0 ? "" : `\nExamples:\n${lines.join("\n")}\n`;
}

/** `-f` is the file everywhere, but in `logs` it is `--follow`, as people type it. */
function globalsFor(definition: CommandDefinition | null): OptionDefinition[] {
  const own = new Set(definition?.options.flatMap(({ flags }) => flags.match(/(?<!-)-[a-zA-Z](?![a-zA-Z-])/g) ?? []));
  const common = definition?.passThrough === "all" ? GLOBAL_OPTIONS.slice(0, 1) : GLOBAL_OPTIONS;
  return common.map(({ flags, description }) => {
    const short = /^(-[a-zA-Z]), /.exec(flags)?.[1];
    return { flags: short !== undefined && own.has(short) ? flags.slice(short.length + 2) : flags, description };
  });
}

function addOptions(command: Command, options: readonly OptionDefinition[]): void {
  for (const { flags, description, repeats } of options) {
    if (repeats === true)
      command.option(flags, description, (one: string, before?: readonly string[]) => [...(before ?? []), one]);
    else command.option(flags, description);
  }
}

/** The parser of the command line, made from the definitions. `invoke` is called with what was typed. */
export function createProgram(
  definitions: readonly CommandDefinition[],
  cwd: string,
  invoke: (invocation: Invocation) => void,
): Command {
  const program = new Command("tenfold");
  program
    .description("Runs a web application as a scaled, highly available fleet.")
    .version(VERSION, "-V, --version", "print the version")
    .helpCommand("help [command]", "show how a command is used")
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({ outputError: () => {} })
    .showHelpAfterError(false)
    .configureHelp({
      subcommandTerm: (command) => {
        const found = definitions.find(({ name }) => name === command.name());
        return `${command.name()} ${found === undefined ? "[command]" : (found.written ?? found.usage)}`.trim();
      },
    })
    .addHelpText("after", "\nStart with `tenfold init` in your project, then `tenfold up`.");
  addOptions(program, GLOBAL_OPTIONS);
  for (const definition of definitions) {
    const command = program
      .command(`${definition.name} ${definition.usage}`.trim())
      .summary(definition.summary)
      .description(definition.description ?? definition.summary)
      .addHelpText("after", examplesText(definition))
      .exitOverride()
      .configureOutput({ outputError: () => {} });
    if (definition.written !== undefined) command.usage(`[options] ${definition.written}`);
    if (definition.passThrough !== undefined) command.passThroughOptions();
    if (definition.passThrough === "all") command.allowUnknownOption();
    addOptions(command, definition.options);
    command.optionsGroup("Options of every command:");
    addOptions(command, globalsFor(definition));
    command.action((...args: unknown[]) => {
      const words = args
        .slice(0, -2)
        .flat()
        .filter((word): word is string => typeof word === "string");
      // Options before the command's name count where the command itself was given none.
      const values: Values = { ...program.opts(), ...command.opts() };
      const own: Values = command.opts();
      const input: Input = {
        words,
        text: (name) => text(own, camel(name)),
        has: (name) => own[camel(name)] === true,
        all: (name) => list(own, camel(name)),
      };
      invoke({ command: definition, input, options: globalOptions(values, cwd) });
    });
  }
  return program;
}

/** What was wrong with what was typed, as a fault. `null` when help or the version was asked for. */
export function typingFault(error: CommanderError, definitions: readonly CommandDefinition[]): Fault | null {
  // Without a command, commander shows the help and calls that an error.
  if (error.exitCode === 0 || error.code === "commander.help") return null;
  const message = error.message.replace(/^error: /, "").split("\n")[0] ?? error.message;
  const unknown = /unknown command '(.*)'/.exec(message)?.[1];
  if (unknown !== undefined) {
    const near = nearest(
      unknown,
      definitions.map(({ name }) => name),
    );
    return new Fault(
      "TF_ARGUMENT",
      `there is no command ${unknown}${near === undefined ? "" : `; did you mean ${near}?`}`,
      { hint: "tenfold --help lists the commands" },
    );
  }
  return new Fault("TF_ARGUMENT", message, { hint: "--help shows how the command is used" });
}

export { CommanderError };
