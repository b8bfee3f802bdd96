import type { FleetEvent, StepSubject } from "@tenfold/protocol";
import { harmless, type Paint } from "./style.ts";
import type { Terminal } from "./terminal.ts";

/** What a finished step tells; steps that are not here are details. */
const DONE: Readonly<Record<string, string>> = {
  ready: "ready",
  release: "release command done",
  stop: "stopped",
  reload: "took its new configuration",
  pause: "holds its clients back",
  resume: "lets its clients go on",
  promote: "is the primary",
  switch: "is the master",
  save: "is saved",
  seal: "is whole",
  try: "restores as it should",
  fetch: "is fetched",
  recover: "is played back",
  replace: "is in place",
  putBack: "is as it was",
  load: "is loaded",
  exchange: "is the database now",
};

const DOING: Readonly<Record<string, string>> = {
  prepare: "preparing",
  start: "starting",
  ready: "waiting for",
  setup: "setting up",
  release: "running the release command of release",
  attach: "attaching",
  detach: "detaching",
  drain: "draining",
  stop: "stopping",
  remove: "removing",
  reload: "reloading",
  follow: "pointing",
  checkpoint: "writing a checkpoint of",
  pause: "pausing",
  resume: "resuming",
  promote: "promoting",
  switch: "switching to",
  save: "saving",
  seal: "completing backup",
  try: "trying backup",
  prune: "removing what is not needed any more in",
  mark: "marking the log of",
  fetch: "fetching",
  recover: "playing the log back over",
  replace: "putting in place",
  putBack: "putting back",
  load: "loading",
  exchange: "putting in place",
};

const NARROWEST = 14;
const CLEAR_LINE = "\r\x1b[2K";
/** Where there is no last line to look at, what is still under way is told so often. Milliseconds. */
const REMIND_EVERY = 10_000;

export interface ProgressOptions {
  readonly terminal: Terminal;
  readonly paint: Paint;
  /** Every step, not only what it led to. */
  readonly verbose: boolean;
  readonly quiet: boolean;
}

/**
 * Shows how an operation goes: a line for each thing that is done, and on a terminal a last line with what is under way.
 * Elsewhere, what takes long is told every ten seconds.
 */
export class Progress {
  readonly #options: ProgressOptions;
  readonly #since = new Map<string, number>();
  readonly #running = new Map<string, { readonly text: string; readonly since: number }>();
  readonly #reminder: NodeJS.Timeout | undefined;
  #total = 0;
  #ended = 0;
  #width = NARROWEST;
  #hasStatus = false;
  #interrupted = false;

  constructor(options: ProgressOptions) {
    this.#options = options;
    if (!options.quiet && !options.terminal.isInteractive)
      this.#reminder = setInterval(() => this.#remind(), REMIND_EVERY).unref();
  }

  onEvent(event: FleetEvent): void {
    if (this.#options.quiet) return;
    switch (event.kind) {
      case "operation":
        this.#total = event.steps.length;
        this.#ended = 0;
        // Every step ends with its subject.
        this.#width = Math.max(this.#width, ...event.steps.map((step) => step.split(" ").at(-1)?.length ?? 0));
        break;
      case "step":
        this.#step(event);
        break;
      case "member":
        if (event.state === "failed") this.#line("yellow", "!", `${event.name} ${event.detail ?? "failed"}`);
        break;
      case "repair":
        if (event.stage !== "fenced") this.#line("yellow", "!", `${event.member}: ${event.detail}`);
        break;
      case "note":
        this.#line("dim", "·", event.text);
        break;
      case "fault":
      case "bug":
      case "end":
        break;
      default:
        event satisfies never;
    }
    this.#status();
  }

  /** Whoever waits asked for the end, and is told what comes: steps that are cut short are no failures from now on. */
  interrupt(what: string): void {
    this.#interrupted = true;
    if (this.#options.quiet) return;
    this.#line("dim", "·", what);
    this.#status();
  }

  /** Removes the status line, and tells no more. */
  close(): void {
    clearInterval(this.#reminder);
    this.#clear();
  }

  #clear(): void {
    if (this.#hasStatus) this.#options.terminal.err(CLEAR_LINE);
    this.#hasStatus = false;
  }

  #step({ step, at, outcome, detail }: Extract<FleetEvent, { kind: "step" }>): void {
    const key = `${step.kind} ${step.subject}`;
    if (outcome === "started") {
      if (!this.#since.has(step.subject)) this.#since.set(step.subject, at);
      this.#running.set(key, { text: `${DOING[step.kind] ?? step.kind} ${step.subject}`, since: at });
      return;
    }
    this.#running.delete(key);
    this.#ended += 1;
    const since = this.#since.get(step.subject) ?? at;
    const took = `${((at - since) / 1000).toFixed(1)} s`;
    if (outcome === "done") {
      const text = DONE[step.kind];
      if (text !== undefined)
        this.#line("green", "✓", `${subject(step).padEnd(this.#width)} ${text}  ${this.#options.paint(took, "dim")}`);
      else if (this.#options.verbose)
        this.#line("dim", "✓", `${DOING[step.kind] ?? step.kind} ${step.subject}  ${took}`);
      // What comes next for it is timed by itself.
      if (text !== undefined) this.#since.delete(step.subject);
    } else if (outcome === "failed" && !this.#interrupted) {
      const name = subject(step);
      const why = (detail ?? "failed").startsWith(`${name} `) ? (detail ?? "").slice(name.length + 1) : detail;
      this.#line("red", "✗", `${name.padEnd(this.#width)} ${why ?? "failed"}`);
    } else if (this.#options.verbose) {
      this.#line("dim", "-", `${DOING[step.kind] ?? step.kind} ${step.subject}: skipped`);
    }
  }

  #line(colour: Parameters<Paint>[1], sign: string, text: string): void {
    const { terminal, paint } = this.#options;
    const clear = this.#hasStatus ? CLEAR_LINE : "";
    this.#hasStatus = false;
    terminal.err(`${clear}${paint(sign, colour)} ${harmless(text)}\n`);
  }

  #remind(): void {
    const late = [...this.#running.values()]
      .map(({ text, since }) => ({ text, seconds: Math.round((Date.now() - since) / 1000) }))
      .filter(({ seconds }) => seconds * 1000 >= REMIND_EVERY)
      .map(({ text, seconds }) => `${text} (${seconds} s)`);
    if (late.length > 0) this.#line("dim", "·", `still ${late.join(", ")}`);
  }

  #status(): void {
    const { terminal, paint } = this.#options;
    if (!terminal.isInteractive) return;
    const doing = [...this.#running.values()].map(({ text }) => text);
    if (doing.length === 0) {
      this.#clear();
      return;
    }
    const text = `${this.#ended}/${this.#total} ${doing.join(", ")}`;
    const shown = text.length > terminal.columns - 4 ? `${text.slice(0, terminal.columns - 5)}…` : text;
    terminal.err(`${CLEAR_LINE}${paint(`  ${shown}`, "dim")}`);
    this.#hasStatus = true;
  }
}

function subject(step: StepSubject): string {
  return step.kind === "release" ? `release ${step.subject}` : step.subject;
}
