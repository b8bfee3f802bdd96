import type { FleetEvent } from "@tenfold/protocol";
import { EXIT_CODES } from "../fault/catalogue.ts";
import { Fault } from "../fault/fault.ts";
import type { Watch } from "../targets/target.ts";
import type { Context } from "./context.ts";
import { Progress } from "./output/progress.ts";

/** The steps of a dry run, a line each; or JSON. */
function showSteps(context: Context, steps: readonly string[]): void {
  const { terminal, options } = context;
  if (options.json) terminal.out(`${JSON.stringify({ version: 1, steps })}\n`);
  else terminal.out(steps.length === 0 ? "nothing to do\n" : steps.map((step) => `${step}\n`).join(""));
}

/**
 * Gives an order and shows how it goes. The first Ctrl-C cancels it, the second hurries what is left.
 * In a dry run, the steps are the result.
 */
export async function follow(
  context: Context,
  give: (watch: Watch) => Promise<void>,
  onInterrupt = "interrupted; steps under way are ended first, unless Ctrl-C comes again",
): Promise<void> {
  const { options, terminal, paint, interrupts } = context;
  const progress = new Progress({ terminal, paint, verbose: options.verbose, quiet: options.quiet || options.dryRun });
  const cancel = interrupts.next();
  const hurry = new AbortController();
  cancel.addEventListener(
    "abort",
    () => {
      progress.interrupt(onInterrupt);
      interrupts.next().addEventListener("abort", () => hurry.abort(), { once: true });
    },
    { once: true },
  );
  const onEvent = (event: FleetEvent): void => {
    if (options.dryRun && event.kind === "operation") showSteps(context, event.steps);
    progress.onEvent(event);
  };
  try {
    await give({ onEvent, dryRun: options.dryRun, cancel, hurry: hurry.signal });
  } finally {
    progress.close();
    tellNotes(context);
  }
}

/** What the target had to do beside what was asked. */
export function tellNotes({ target, terminal, paint, options }: Context): void {
  if (options.quiet) return;
  for (const note of target.notes) terminal.err(`${paint("·", "dim")} ${note}\n`);
}

/** Stops everything; gives whether there was anything to stop. The first Ctrl-C already hurries: a stop is not taken back. */
export async function stopFleet(context: Context, wishes: { readonly volumes: boolean }): Promise<boolean> {
  let stopped = false;
  await follow(
    context,
    (watch) =>
      context.target.down(wishes, {
        ...watch,
        onEvent: (event) => {
          stopped ||= event.kind === "step";
          watch.onEvent(event);
        },
        cancel: new AbortController().signal,
        hurry: watch.cancel,
      }),
    "not waiting for what is in flight",
  );
  return stopped;
}

/** An order whose result is the fleet as it then is. */
export async function followAndReport(context: Context, give: (watch: Watch) => Promise<void>): Promise<number> {
  await follow(context, give);
  if (context.options.json && !context.options.dryRun)
    context.terminal.out(`${JSON.stringify(await context.target.ps())}\n`);
  return EXIT_CODES.done;
}

/** Reads a whole number that a user typed. Fault: TF_ARGUMENT. */
export function wholeNumber(text: string, what: string, least: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && Number.isSafeInteger(value)) return value;
  throw new Fault("TF_ARGUMENT", `${what} is ${JSON.stringify(text)}`, {
    hint: `write a whole number from ${least} up`,
  });
}

/** What the loader chose, and why. */
export function tellProjectNotes({ terminal, paint, options }: Context, notes: readonly string[]): void {
  if (options.quiet) return;
  for (const note of notes) terminal.err(`${paint("·", "dim")} ${note}\n`);
}
