import { Fault } from "../fault/fault.ts";
import type { MemberName } from "../fleet/member.ts";
import { bytes } from "../units/bytes.ts";
import type { Members } from "./members.ts";

const TAIL = bytes(16 * 1024);
const LINES = 15;
const WRONG_PORT_AFTER_MS = 4_000;
const WRONG_PORT_EVERY_MS = 1_000;

/** The last lines that a member wrote since its last start. */
async function lastLines(members: Members, name: MemberName): Promise<string[]> {
  const text = await members.lastWords(name, TAIL);
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .slice(-LINES);
}

/** A member that listens, and not on the port that it was given. */
function wrongPort(members: Members, name: MemberName): Fault | null {
  const port = members.find(name)?.port ?? null;
  const running = members.keeper(name).running;
  if (port === null || running === null) return null;
  const listening = members.driver.listening(running);
  if (listening.length === 0 || listening.includes(port)) return null;
  return new Fault("TF_WRONG_PORT", `${name} listens on port ${listening.join(", ")}, but $PORT was ${port}`, {
    hint: "make the application listen on the port in the environment variable PORT",
  });
}

/** Rejects when the member has listened for a while, and not on its port. */
function watchPort(members: Members, name: MemberName, signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const since = Date.now();
    const timer = setInterval(() => {
      const fault = Date.now() - since < WRONG_PORT_AFTER_MS ? null : wrongPort(members, name);
      if (fault !== null) reject(fault);
    }, WRONG_PORT_EVERY_MS).unref();
    signal.addEventListener("abort", () => clearInterval(timer), { once: true });
  });
}

function hintFor(message: string, lines: readonly string[], name: MemberName, user: string): string {
  const text = lines.join("\n");
  const more = `tenfold logs ${name} shows more`;
  if (!/^(web|worker|scheduler)-/.test(name)) return more;
  // What the shell says when it finds no such program; some call that "Permission denied" where a directory of PATH is closed.
  const unknown = /exited with code 127\b/.test(message);
  if (unknown) return `check the command and that its dependencies are installed for the user ${user}; ${more}`;
  if (/EADDRINUSE|address already in use/i.test(text)) {
    return `instances cannot share a port: make the application listen on the port in the environment variable PORT, which is another one for each; ${more}`;
  }
  if (/ within \d+ ms$/.test(message))
    return `let web.health.path name a page that answers sooner, or let web.health.timeout be longer; ${more}`;
  const refused = /permission denied|EACCES/i.test(text);
  if (refused)
    return `the application runs as the user ${user}; give it the right to those files, or name another user in the file (user: ...); ${more}`;
  const missing = /not found|No such file|Cannot find module|ModuleNotFoundError|No module named/i.test(text);
  if (missing) return `check the command and that its dependencies are installed; ${more}`;
  if (/prepared statement ".*" (does not exist|already exists)/i.test(text)) {
    return `PgBouncer before 1.21 cannot do named prepared statements: switch them off in the database driver, or use DATABASE_DIRECT_URL; ${more}`;
  }
  return more;
}

/** Waits for a member, and adds to a failure what a user needs to mend it: the last lines of its log, and a hint. */
export async function explainFailure(
  members: Members,
  name: MemberName,
  signal: AbortSignal,
  wait: () => Promise<void>,
): Promise<void> {
  const done = new AbortController();
  const isWeb = members.find(name)?.kind === "web";
  try {
    await (isWeb ? Promise.race([wait(), watchPort(members, name, done.signal)]) : wait());
  } catch (error) {
    if (!(error instanceof Fault) || error.code === "TF_CANCELLED") throw error;
    const cause = (isWeb && error.code === "TF_MEMBER_NOT_READY" && wrongPort(members, name)) || error;
    const lines = await lastLines(members, name);
    const user = members.machine.users.application.name;
    throw new Fault(cause.code, cause.message, {
      hint: cause.hint ?? hintFor(cause.message, lines, name, user),
      lines: cause.lines.length > 0 ? cause.lines : lines,
    });
  } finally {
    done.abort();
    signal.throwIfAborted();
  }
}
