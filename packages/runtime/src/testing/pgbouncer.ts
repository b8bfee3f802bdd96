import { execFileSync } from "node:child_process";
import { chown, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Child } from "./child.ts";
import { eventually } from "./eventually.ts";
import { freePort } from "./free-port.ts";

/** A real PgBouncer with transaction pooling, in front of databases by their names. */
export class PgBouncer implements AsyncDisposable {
  readonly port: number;
  readonly #directory: string;
  readonly #server: Child;

  private constructor(directory: string, port: number, server: Child) {
    this.#directory = directory;
    this.port = port;
    this.#server = server;
  }

  /** `ports`: the server's, by the name of the database. */
  static async start(ports: Readonly<Record<string, number>>): Promise<PgBouncer> {
    const directory = await mkdtemp(join(tmpdir(), "pgbouncer-"));
    const port = await freePort();
    const databases = Object.entries(ports).map(([name, to]) => `${name} = host=127.0.0.1 port=${to} dbname=postgres`);
    const settings = [
      "[databases]",
      ...databases,
      "[pgbouncer]",
      "listen_addr = 127.0.0.1",
      `listen_port = ${port}`,
      "unix_socket_dir =",
      "auth_type = any",
      "pool_mode = transaction",
      "default_pool_size = 3",
      "server_login_retry = 1",
      "ignore_startup_parameters = extra_float_digits,options",
    ];
    const file = join(directory, "pgbouncer.ini");
    await writeFile(
      file,
      `${settings.map((line) => line.replace(/dbname=postgres$/, "dbname=postgres user=test")).join("\n")}\n`,
    );
    const account = process.getuid?.() === 0 ? serviceAccount() : null;
    if (account !== null) await chown(directory, account.uid, account.gid);
    const server = new Child(["pgbouncer", file], { cwd: directory, ...account });
    await eventually("PgBouncer listens", () => /process up/.test(server.output));
    return new PgBouncer(directory, port, server);
  }

  url(name: string): string {
    return `postgres://test@127.0.0.1:${this.port}/${name}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server[Symbol.asyncDispose]();
    await rm(this.#directory, { recursive: true, force: true });
  }
}

/** PgBouncer refuses root. */
function serviceAccount(): { uid: number; gid: number } {
  const id = (flag: string) => Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" }));
  return { uid: id("-u"), gid: id("-g") };
}
