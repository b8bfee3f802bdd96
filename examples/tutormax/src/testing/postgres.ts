import { readdirSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import pg from "pg";
import { type Account, serviceAccount } from "./account.ts";
import { Child, runToEnd } from "./child.ts";
import { eventually } from "./eventually.ts";
import { freePort } from "./free-port.ts";
import type { Scratch } from "./scratch.ts";

const SETTINGS = `
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
fsync = off
shared_buffers = 16MB
max_connections = 40
wal_retrieve_retry_interval = 100ms
`;

/** A real PostgreSQL server with data of its own. */
export class Postgres implements AsyncDisposable {
  readonly port: number;
  readonly url: string;
  readonly #directory: string;
  readonly #account: Account = serviceAccount();
  #server: Child | undefined;

  private constructor(directory: string, port: number) {
    this.#directory = directory;
    this.port = port;
    this.url = `postgres://tutormax@127.0.0.1:${port}/postgres`;
  }

  static async primary(scratch: Scratch): Promise<Postgres> {
    const server = new Postgres(join(scratch.path, "primary"), await freePort());
    const quick = ["--no-sync", "--wal-segsize=1"];
    await server.#run("initdb", ...quick, "--auth=trust", "--username=tutormax", "--encoding=UTF8", "--no-locale");
    await writeFile(join(server.#directory, "postgresql.conf"), SETTINGS);
    await server.start();
    return server;
  }

  /** A streaming replica of the server, on the given port. */
  static async replica(scratch: Scratch, of: Postgres, port: number): Promise<Postgres> {
    const server = new Postgres(join(scratch.path, "replica"), port);
    await server.#run("pg_basebackup", "--no-sync", "--checkpoint=fast", "--write-recovery-conf", "--dbname", of.url);
    await server.start();
    return server;
  }

  async start(): Promise<void> {
    const server = new Child([program("postgres"), "-D", this.#directory, "-p", String(this.port)], {
      cwd: this.#directory,
      account: this.#account,
      stop: "SIGQUIT",
    });
    this.#server = server;
    try {
      // Not another server that has taken the port meanwhile.
      await eventually("PostgreSQL answers", 10_000, async () => server.running && (await this.query("SELECT 1")));
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

  async #run(name: string, ...args: readonly string[]): Promise<void> {
    const cwd = join(this.#directory, "..");
    await runToEnd([program(name), "-D", this.#directory, ...args], { cwd, account: this.#account });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server?.[Symbol.asyncDispose]();
  }
}

/** Debian keeps the server's programs of each version out of the PATH. */
function program(name: string): string {
  const versions = readdirSync("/usr/lib/postgresql").sort((a, b) => Number(b) - Number(a));
  return join("/usr/lib/postgresql", versions[0] ?? "", "bin", name);
}
