import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { chown, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { Child } from "./child.ts";
import { eventually } from "./eventually.ts";
import { freePort } from "./free-port.ts";

const SETTINGS = `
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
shared_buffers = 16MB
max_connections = 60
synchronous_commit = off
`;

/** A real PostgreSQL server in a directory of its own, which keeps its data through a crash. */
export class PostgresServer implements AsyncDisposable {
  readonly port: number;
  readonly url: string;
  readonly #directory: string;
  #server: Child | undefined;

  private constructor(directory: string, port: number) {
    this.#directory = directory;
    this.port = port;
    this.url = `postgres://test@127.0.0.1:${port}/postgres`;
  }

  static async start(): Promise<PostgresServer> {
    const directory = await mkdtemp(join(tmpdir(), "postgres-"));
    const server = new PostgresServer(directory, await freePort());
    const account = serviceAccount();
    if (account !== null) await chown(directory, account.uid, account.gid);
    const data = join(directory, "data");
    const quick = ["--no-sync", "--wal-segsize=1", "--auth=trust", "--username=test", "--encoding=UTF8", "--no-locale"];
    execFileSync(program("initdb"), ["-D", data, ...quick], { cwd: directory, ...account, stdio: "pipe" });
    await writeFile(join(data, "postgresql.conf"), SETTINGS);
    await server.start();
    return server;
  }

  /** A streaming replica of another one. `settings` as in its file: `recovery_min_apply_delay = '2s'`. */
  static async replicaOf(primary: PostgresServer, settings = ""): Promise<PostgresServer> {
    const directory = await mkdtemp(join(tmpdir(), "postgres-"));
    const replica = new PostgresServer(directory, await freePort());
    const account = serviceAccount();
    if (account !== null) await chown(directory, account.uid, account.gid);
    const data = join(directory, "data");
    const from = ["-h", "127.0.0.1", "-p", `${primary.port}`, "-U", "test"];
    const args = ["-D", data, ...from, "--write-recovery-conf", "--checkpoint=fast", "--no-sync"];
    execFileSync(program("pg_basebackup"), args, { cwd: directory, ...account, stdio: "pipe" });
    await writeFile(join(data, "postgresql.conf"), `${SETTINGS}${settings}\n`);
    await replica.start();
    return replica;
  }

  /** Again, on the same port, after it was killed. */
  async start(): Promise<void> {
    const argv = [program("postgres"), "-D", join(this.#directory, "data"), "-p", `${this.port}`] as const;
    const server = new Child(argv as unknown as [string, ...string[]], { cwd: this.#directory, ...serviceAccount() });
    this.#server = server;
    try {
      // Not another server that has taken the port meanwhile.
      await eventually("PostgreSQL answers", async () => server.running && (await this.query("select 1")));
    } catch (error) {
      await this[Symbol.asyncDispose]();
      throw new Error(`PostgreSQL did not start: ${server.output}`, { cause: error });
    }
  }

  /** SIGKILL to the server. Its children see that and end. */
  async kill(): Promise<void> {
    this.#server?.signal("SIGKILL");
    await this.#server?.ended;
  }

  /** It keeps its connections, and the kernel accepts new ones, but nobody answers. */
  freeze(): void {
    for (const pid of this.#all()) process.kill(pid, "SIGSTOP");
  }

  thaw(): void {
    for (const pid of this.#all()) process.kill(pid, "SIGCONT");
  }

  /** The server and its children. */
  #all(): readonly number[] {
    const pid = this.#server?.pid ?? 0;
    return [
      pid,
      ...execFileSync("pgrep", ["-P", `${pid}`], { encoding: "utf8" })
        .trim()
        .split("\n")
        .map(Number),
    ];
  }

  /** On a connection of its own. */
  async query(text: string): Promise<Record<string, unknown>[]> {
    const client = new pg.Client({ connectionString: this.url, connectionTimeoutMillis: 1_000 });
    client.on("error", () => {});
    try {
      await client.connect();
      return (await client.query<Record<string, unknown>>(text)).rows;
    } finally {
      await client.end();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // At once: it would wait for its clients.
    this.#server?.signal("SIGINT");
    await this.#server?.[Symbol.asyncDispose]();
    await rm(this.#directory, { recursive: true, force: true });
  }
}

/** Debian keeps the server's programs of each version out of the PATH. */
function program(name: string): string {
  const versions = readdirSync("/usr/lib/postgresql").sort((a, b) => Number(b) - Number(a));
  return join("/usr/lib/postgresql", versions[0] ?? "", "bin", name);
}

/** PostgreSQL refuses root, so as root it is the user `postgres`. */
function serviceAccount(): { uid: number; gid: number } | null {
  if (process.getuid?.() !== 0) return null;
  const id = (flag: string) => Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" }));
  return { uid: id("-u"), gid: id("-g") };
}
