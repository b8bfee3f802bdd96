/** A command made fit for many instances on one machine, and what was changed. */
export interface Adapted {
  readonly command: string;
  /** `port 8000 is now $PORT`: for people. */
  readonly changes: readonly string[];
}

const HOST = String.raw`(?:0\.0\.0\.0|127\.0\.0\.1|localhost|\[::\]|::|\*)`;

/** Each: what is found, what it becomes, and how to say so. Order counts: pairs of host and port come first. */
const RULES: readonly (readonly [RegExp, string, (match: RegExpExecArray) => string])[] = [
  [/^((?:\w+=\S+\s+)*)PORT=(\d+)\s+/, "$1", (match) => `PORT=${match[2]} is gone, since each instance has its own`],
  [
    new RegExp(
      String.raw`((?:--bind|--listen|--http-socket|--http|-b|-l)(?:[= ]|(?<=-b))|runserver )(tcp:\/\/)?${HOST}?:(\d{2,5})\b`,
    ),
    "$1$2$HOST:$PORT",
    (match) => `port ${match[3]} is now $PORT`,
  ],
  [
    /(--port|--server\.port|--server-port|-p|--listen-port)(=| )(\d{2,5})\b/,
    "$1$2$PORT",
    (match) => `port ${match[3]} is now $PORT`,
  ],
  [/(runserver )(\d{2,5})\b/, "$1$HOST:$PORT", (match) => `port ${match[2]} is now $PORT`],
  [
    new RegExp(String.raw`(--host|--hostname|--address|--server\.address|-H)(=| )${HOST}(?=\s|$)`),
    "$1$2$HOST",
    () => "it listens on $HOST, so that only the balancer is open to others",
  ],
  [/\s--reload(?=\s|$)/, "", () => "--reload is gone: it is for development"],
];

/** `:$PORT` without a host, as Gunicorn and Rails take it, listens on all addresses. */
function replaceAll(command: string, pattern: RegExp, replacement: string): string {
  return command.replace(
    new RegExp(pattern.source, `${pattern.flags}g`),
    replacement.replaceAll("$HOST", "$$HOST").replaceAll("$PORT", "$$PORT"),
  );
}

/** Replaces ports and addresses that are written into a command by the variables that every instance gets. */
export function adaptCommand(command: string): Adapted {
  const changes: string[] = [];
  let adapted = command.trim();
  for (const [pattern, replacement, describe] of RULES) {
    const match = pattern.exec(adapted);
    if (match === null) continue;
    adapted = replaceAll(adapted, pattern, replacement);
    changes.push(describe(match));
  }
  return { command: adapted, changes };
}

/** Whether the command itself says where to listen. */
export function namesPort(command: string): boolean {
  return /\$\{?PORT\b/.test(command);
}
