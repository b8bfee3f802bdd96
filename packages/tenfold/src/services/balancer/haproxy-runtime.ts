import { Fault } from "../../fault/fault.ts";
import type { Member } from "../../fleet/member.ts";
import { masterSocketName } from "../../render/haproxy/haproxy.ts";
import { type Millis, seconds } from "../../units/millis.ts";
import type { Context } from "../service.ts";
import { ask } from "./runtime-socket.ts";

const ANSWER_WITHIN: Millis = seconds(5);

/** Bytes of one line, well below HAProxy's buffer of 16 kB. */
const LONGEST_LINE = 8_000;

/** The processes below HAProxy's master. */
export interface Workers {
  /** `null` while a reload is under way, and when no worker could be started. */
  readonly current: number | null;
  /** Those that were reloaded away and still finish something. */
  readonly former: readonly number[];
  readonly failedReloads: number;
}

/** Reads `show proc`. */
export function parseWorkers(text: string): Workers {
  const pids = { "# workers": [] as number[], "# old workers": [] as number[] };
  let group: number[] | undefined;
  for (const line of text.split("\n")) {
    if (line.startsWith("#")) group = pids[line.trim() as keyof typeof pids];
    const pid = /^(\d+)\s+worker\b/.exec(line)?.[1];
    if (pid !== undefined) group?.push(Number(pid));
  }
  const failed = Number(/\[failed: (\d+)\]/.exec(text)?.[1] ?? 0);
  return { current: pids["# workers"][0] ?? null, former: pids["# old workers"], failedReloads: failed };
}

/** Splits what a chain of commands answered: an empty line ends each answer. */
export function splitAnswers(text: string): string[] {
  const answers: string[] = [];
  let lines: string[] = [];
  for (const line of text.split("\n").slice(0, -1)) {
    if (line !== "") lines.push(line);
    else {
      answers.push(lines.join("\n"));
      lines = [];
    }
  }
  return answers;
}

/** Packs commands into as few lines as their length allows. */
export function packCommands(commands: readonly string[], longest: number = LONGEST_LINE): string[][] {
  const lines: string[][] = [];
  let length = Infinity;
  for (const command of commands) {
    if (length + command.length + 2 > longest) {
      lines.push([]);
      length = 0;
    }
    lines.at(-1)?.push(command);
    length += command.length + 2;
  }
  return lines;
}

/** Speaks to HAProxy through its master, which reaches every worker. All faults: TF_BALANCER_SILENT. */
export interface HaproxyRuntime {
  workers(): Promise<Workers>;
  /** The worker that accepts connections. */
  current(): Promise<number>;
  /** Runs commands in one worker; an answer each. */
  tell(worker: number, commands: readonly string[]): Promise<string[]>;
  /** Starts a reload; the answer says nothing about its success. */
  reload(): Promise<void>;
}

export function haproxyRuntime(context: Context, member: Member): HaproxyRuntime {
  const to = {
    socket: `${context.fleet.paths.run}/${masterSocketName(member)}`,
    who: member.name,
    within: ANSWER_WITHIN,
    signal: context.signal,
  };
  const workers = async (): Promise<Workers> => parseWorkers(await ask(to, "show proc"));
  const silent = (what: string): Fault =>
    new Fault("TF_BALANCER_SILENT", `${member.name} ${what}`, { hint: `look at: tenfold logs ${member.name}` });
  return {
    workers,
    async current(): Promise<number> {
      const { current } = await workers();
      if (current === null) throw silent("has no worker that accepts connections");
      return current;
    },
    async tell(worker, commands): Promise<string[]> {
      const answers: string[] = [];
      for (const line of packCommands(commands)) {
        const said = splitAnswers(await ask(to, [`@!${worker}`, ...line].join("; ")));
        if (said.length !== line.length) throw silent(`lost its worker ${worker} while it was asked`);
        answers.push(...said);
      }
      return answers;
    },
    async reload(): Promise<void> {
      await ask(to, "reload");
    },
  };
}
