import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { serviceAccount } from "./account.ts";
import { Child } from "./child.ts";
import { eventually } from "./eventually.ts";
import { freePort } from "./free-port.ts";
import { PASSWORD } from "./password.ts";
import type { Scratch } from "./scratch.ts";

/**
 * A real PgBouncer in transaction mode, as a fleet has it: `tutormax` is the primary, `tutormax_read_1` the replica,
 * whether or not there is one.
 */
export class PgBouncer implements AsyncDisposable {
  readonly url: string;
  readonly readUrl: string;
  readonly #process: Child;

  private constructor(port: number, process: Child) {
    this.url = `postgres://tutormax:${PASSWORD}@127.0.0.1:${port}/tutormax`;
    this.readUrl = `${this.url}_read_1`;
    this.#process = process;
  }

  static async start(scratch: Scratch, servers: { primary: number; replica: number }): Promise<PgBouncer> {
    const port = await freePort();
    const users = join(scratch.path, "users.txt");
    const file = join(scratch.path, "pgbouncer.ini");
    await writeFile(users, '"tutormax" ""\n');
    await writeFile(
      file,
      `[databases]
tutormax = host=127.0.0.1 port=${servers.primary} dbname=postgres
tutormax_read_1 = host=127.0.0.1 port=${servers.replica} dbname=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = trust
auth_file = ${users}
admin_users = tutormax
pool_mode = transaction
default_pool_size = 10
server_login_retry = 1
server_connect_timeout = 2
query_wait_timeout = 15
`,
    );
    await using stack = new AsyncDisposableStack();
    const options = { cwd: scratch.path, account: serviceAccount(), stop: "SIGINT" } as const;
    const process = stack.use(new Child(["pgbouncer", file], options));
    await eventually("PgBouncer listens", 5_000, () => process.output.includes(`listening on 127.0.0.1:${port}`));
    stack.move();
    return new PgBouncer(port, process);
  }

  /** It keeps its connections, and answers nothing until it is thawed. */
  freeze(): void {
    this.#process.signal("SIGSTOP");
  }

  thaw(): void {
    this.#process.signal("SIGCONT");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process[Symbol.asyncDispose]();
  }
}
