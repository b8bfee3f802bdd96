import { adaptCommand } from "./command.ts";
import type { Candidate, ProposedProcess, ProposedWorker } from "./detection.ts";
import { workerName } from "./name.ts";
import type { Project } from "./project.ts";

/** Names of processes that run by the clock, of which exactly one may run. */
const CLOCKS: ReadonlySet<string> = new Set(["clock", "scheduler", "beat", "cron"]);

interface Entry {
  readonly name: string;
  readonly command: string;
}

function entriesOf(text: string): Entry[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const match = /^([A-Za-z0-9_-]+):\s*(\S.*?)\s*$/.exec(line);
    return match === null ? [] : [{ name: match[1] ?? "", command: match[2] ?? "" }];
  });
}

function processOf({ name, command }: Entry): ProposedProcess {
  const adapted = adaptCommand(command);
  const changes = adapted.changes.length === 0 ? "" : `; ${adapted.changes.join("; ")}`;
  return { command: adapted.command, why: `The Procfile's ${name}${changes}.` };
}

/** A Procfile says which processes there are: nothing is added to it. */
export function procfile(project: Project): Candidate | null {
  const entries = entriesOf(project.text("Procfile"));
  const web = entries.find(({ name }) => name === "web");
  if (web === undefined) return null;
  const release = entries.find(({ name }) => name === "release");
  const clock = entries.find(({ name }) => CLOCKS.has(name));
  const rest = entries.filter((entry) => entry !== web && entry !== release && entry !== clock);
  const workers: Record<string, ProposedWorker> = {};
  for (const entry of rest) workers[workerName(entry.name)] = processOf(entry);
  return {
    framework: "Procfile",
    rank: "procfile",
    evidence: entries.map(({ name, command }) => ({ file: "Procfile", what: `${name}: ${command}` })),
    web: processOf(web),
    warnings: [],
    processes: {
      workers,
      scheduler: clock === undefined ? null : processOf(clock),
      release: release === undefined ? null : processOf(release),
      warnings: [],
    },
  };
}
