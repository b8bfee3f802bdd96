import type { ProposedWeb } from "./detection.ts";
import { allPackages } from "./manifests.ts";
import { type Project, placeOf } from "./project.ts";

type Sticky = NonNullable<ProposedWeb["sticky"]>;

/** Packages whose connections begin with requests that must all reach one instance. */
const POLLING: readonly (readonly [name: string, what: string])[] = [
  ["socket.io", "Socket.IO begins with long polls, which must all reach one instance."],
  ["flask-socketio", "Socket.IO begins with long polls, which must all reach one instance."],
  ["python-socketio", "Socket.IO begins with long polls, which must all reach one instance."],
  ["sockjs", "SockJS falls back to polls, which must all reach one instance."],
];

const SESSION_STORES =
  /^(?:connect-|session-file-store|express-session-|memorystore$|@quixo3\/|kysely-session|better-sqlite3-session)/;

/** What keeps a visitor on one instance, and what had better be changed. */
export function stickyOf(project: Project): { readonly sticky: Sticky | null; readonly warnings: readonly string[] } {
  const packages = allPackages(project);
  for (const [name, why] of POLLING) {
    if (packages.some((one) => one.name === name)) {
      const adapter = packages.some((one) => /^@socket\.io\/.*(?:adapter|emitter)/.test(one.name));
      const scaled = name !== "socket.io" || adapter;
      const warnings = scaled
        ? []
        : [
            "Socket.IO without an adapter reaches visitors of its own instance only: add @socket.io/redis-streams-adapter.",
          ];
      return { sticky: { why }, warnings };
    }
  }
  const store = packages.some(({ name }) => SESSION_STORES.test(name));
  const inMemory = project.line(project.sources(), /\b(?:app|server)\.use\(\s*(?:expressSession|session)\(/);
  if (packages.some(({ name }) => name === "express-session") && !store) {
    const where = inMemory === undefined ? "package.json has express-session" : `${placeOf(inMemory)} keeps sessions`;
    return {
      sticky: { why: "Sessions are kept in the memory of one instance." },
      warnings: [
        `${where} in memory: they are lost at each restart. connect-redis keeps them in Redis, and then sticky is not needed.`,
      ],
    };
  }
  return { sticky: null, warnings: [] };
}
