import { EXIT_CODES } from "../../fault/catalogue.ts";
import { Fault } from "../../fault/fault.ts";
import type { CommandDefinition } from "../command.ts";
import type { Context } from "../context.ts";
import { inheritedVariables } from "../inherited.ts";
import { formatFleet } from "../output/fleet-table.ts";
import { LogLines } from "../output/log-lines.ts";
import { follow, stopFleet, tellProjectNotes, wholeNumber } from "../watch.ts";

const LOOK_EVERY_MS = 500;

/** Settles when the fleet was stopped by somebody else: true; or when aborted: false. An engine that dies is no stop. */
async function isStoppedElsewhere({ target }: Context, signal: AbortSignal): Promise<boolean> {
  while (!signal.aborted) {
    await target.events(() => {}, signal);
    if (signal.aborted) break;
    const report = await target.ps().catch((error: unknown) => {
      if (error instanceof Fault && error.code === "TF_NOT_RUNNING") return null;
      throw error;
    });
    if (report === null || report.members.length === 0) return true;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  return false;
}

/** Streams logs until Ctrl-C, then stops everything; or until somebody else has. */
async function stayInForeground(context: Context): Promise<number> {
  const { target, terminal, paint, options, interrupts } = context;
  if (!options.quiet) terminal.err(`\n${paint("Ctrl-C stops the fleet; tenfold up -d leaves it running.", "dim")}\n`);
  const lines = new LogLines(paint);
  const query = { members: [], lines: 0, follow: true, since: null };
  const write = options.json ? (): void => {} : (text: string): void => terminal.out(text);
  const stopped = new AbortController();
  const signal = AbortSignal.any([interrupts.next(), stopped.signal]);
  const [isStopped] = await Promise.all([
    isStoppedElsewhere(context, signal).finally(() => stopped.abort()),
    target.logs(query, (line) => write(lines.format(line)), signal),
  ]);
  if (!isStopped) await stopFleet(context, { volumes: false });
  else if (!options.quiet) terminal.err(`${paint("·", "dim")} the fleet was stopped by another command\n`);
  return EXIT_CODES.done;
}

/** After a failure: what runs nevertheless, and what can be done. */
async function tellWhatStays({ target, terminal, paint, options }: Context, error: unknown): Promise<void> {
  if (options.quiet || options.json || options.dryRun || !(error instanceof Fault)) return;
  // Their hints say what goes on.
  if (error.code === "TF_LOCKED" || error.code === "TF_CANCELLED") return;
  const members = (await target.ps().catch(() => null))?.members ?? [];
  const ready = members.filter(({ state }) => state === "ready").length;
  if (ready === 0) return;
  const text = `${ready} of ${members.length} members run and go on: mend this and run tenfold up again; tenfold down stops them`;
  terminal.err(`${paint("·", "dim")} ${text}\n`);
}

export const up: CommandDefinition = {
  name: "up",
  usage: "[web]",
  summary: "start the fleet, or make it what the file says now",
  description:
    "Starts what is missing, changes what differs, leaves alone what is already so. In the foreground it then streams logs until Ctrl-C, which stops the fleet, or until another command has stopped it. A number is how many web instances to run.",
  options: [
    { flags: "-d, --detach", description: "leave the fleet running and return" },
    { flags: "--command <command>", description: "no file: run this command as the web tier" },
  ],
  examples: [
    { run: "tenfold up", does: "start the fleet and stream its logs until Ctrl-C" },
    { run: "tenfold up 5 -d", does: "run 5 web instances, in the background" },
    { run: 'tenfold up --command "uvicorn app:app --port $PORT"', does: "run an application that has no fleet file" },
    { run: "tenfold up --dry-run", does: "show what would be done" },
  ],
  run: async (context, input) => {
    const { options, target, terminal, paint } = context;
    const web = input.words[0] === undefined ? null : wholeNumber(input.words[0], "the number of web instances", 1);
    target.expect();
    const { spec, environment, notes } = await context.loadProject(input.text("command"));
    tellProjectNotes(context, notes);
    const order = { spec, environment, inherited: inheritedVariables(process.env), web };
    const detached = input.has("detach");
    let interrupted = false;
    try {
      await follow(context, (watch) => {
        watch.cancel.addEventListener("abort", () => {
          interrupted = true;
        });
        return target.up(order, watch);
      });
    } catch (error) {
      if (!interrupted || detached) {
        await tellWhatStays(context, error);
        throw error;
      }
      await stopFleet(context, { volumes: false });
      return EXIT_CODES.failed;
    }
    if (options.dryRun) return EXIT_CODES.done;
    const report = await target.ps();
    if (options.json) terminal.out(`${JSON.stringify(report)}\n`);
    else if (!options.quiet) terminal.out(`\n${formatFleet(report, paint)}`);
    return detached ? EXIT_CODES.done : stayInForeground(context);
  },
};
