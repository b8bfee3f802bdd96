import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";

/**
 * Looks once a second at the engine whose lock it finds, and starts another when that one is dead or stands still for two
 * looks. An engine that ends by itself takes its lock along, and then nobody is missed. A shell script, since a second
 * Node would need as much memory as the engine; a look costs it one short-lived `sleep`. Arguments: the lock, the log,
 * then the program with its arguments.
 */
const SCRIPT = `# Written by Tenfold. Starts the engine of this directory again when it was killed or stands still.
lock=$1 log=$2; shift 2
missed=0 absent=0 pause=1
while :; do
  sleep "$pause"
  claim=
  read -r claim < "$lock" 2>/dev/null || :
  pid=\${claim#*'"pid":'} pid=\${pid%%[!0-9]*}
  born=\${claim#*'"startTime":'} born=\${born%%[!0-9]*}
  if [ -z "$pid" ]; then
    absent=$((absent + 1))
    [ "$absent" -ge 2 ] && exit 0
    continue
  fi
  absent=0 line=
  { read -r line < "/proc/$pid/stat"; } 2>/dev/null || :
  rest=\${line##*) }
  state=\${rest%% *} field=0 started=
  for word in $rest; do
    field=$((field + 1))
    [ "$field" -eq 20 ] && started=$word && break
  done
  if [ -n "$line" ] && [ "$started" = "$born" ] && [ "$state" != Z ] && [ "$state" != T ]; then
    missed=0 pause=1
    continue
  fi
  missed=$((missed + 1))
  [ "$missed" -lt 2 ] && continue
  [ "$state" = T ] && [ "$started" = "$born" ] && kill -KILL "$pid" 2>/dev/null
  echo "the engine (pid $pid) was killed or stood still; it is started again" >> "$log"
  "$@" < /dev/null >> "$log" 2>&1 &
  missed=0
  [ "$pause" -lt 32 ] && pause=$((pause * 2))
done
`;

/** Which process it is: a pid alone is used again. */
export interface Identity {
  readonly pid: number;
  readonly startTime: number;
}

export interface GuardianOptions {
  /** `.tenfold`, absolute. */
  readonly state: string;
  /** How to run an engine for this directory: program and arguments. */
  readonly argv: readonly string[];
  readonly isAlive: (process: Identity) => boolean;
  readonly startTimeOf: (pid: number) => number;
}

/** Keeps one guardian beside an engine. */
export class Guard {
  readonly #options: GuardianOptions;

  constructor(options: GuardianOptions) {
    this.#options = options;
  }

  /** Starts a guardian, unless one is alive. A machine without a shell has none. */
  ensure(): void {
    const { state, argv, isAlive, startTimeOf } = this.#options;
    const known = this.#read();
    if (known !== undefined && isAlive(known)) return;
    const script = `${state}/guardian.sh`;
    writeFileSync(script, SCRIPT, { mode: 0o600 });
    const log = openSync(`${state}/engine.log`, "a", 0o600);
    const child = spawn("/bin/sh", [script, `${state}/engine.lock`, `${state}/engine.log`, ...argv], {
      cwd: "/",
      detached: true,
      stdio: ["ignore", log, log],
    });
    closeSync(log);
    child.on("error", () => {});
    child.unref();
    if (child.pid === undefined) return;
    const guardian: Identity = { pid: child.pid, startTime: startTimeOf(child.pid) };
    writeFileSync(this.#file, JSON.stringify(guardian), { mode: 0o600 });
  }

  /** Ends it: whoever ends the engine on purpose does not want it back. */
  end(): void {
    const known = this.#read();
    if (known !== undefined && this.#options.isAlive(known)) process.kill(known.pid, "SIGKILL");
    rmSync(this.#file, { force: true });
  }

  get #file(): string {
    return `${this.#options.state}/guardian.pid`;
  }

  #read(): Identity | undefined {
    try {
      return JSON.parse(readFileSync(this.#file, "utf8")) as Identity;
    } catch {
      return undefined;
    }
  }
}
