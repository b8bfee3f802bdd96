import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ROOT } from "../../tests/harness/program.ts";
import type { Project } from "../../tests/harness/project.ts";

const PM2 = join(ROOT, "bench/peers/node_modules/pm2/bin/pm2");

/** PM2 with a daemon of its own, ended when it is disposed of. Instances share one port, in Node's cluster mode. */
export class Pm2 implements AsyncDisposable {
  readonly #project: Project;
  readonly #env: Readonly<Record<string, string>>;

  constructor(project: Project, options: { readonly port: number; readonly times?: string }) {
    this.#project = project;
    const { port, times } = options;
    this.#env = {
      PM2_HOME: project.path("pm2"),
      PATH: `${dirname(process.execPath)}:/usr/bin:/bin`,
      HOST: "127.0.0.1",
      PORT: `${port}`,
      ...(times === undefined ? {} : { TIMES: times }),
    };
  }

  async run(...words: readonly string[]): Promise<void> {
    const options = { argv: [process.execPath, PM2], env: this.#env };
    const { code, stdout, stderr } = await this.#project.run([...words, "--silent"], options);
    if (code !== 0) throw new Error(`pm2 ${words.join(" ")}: ${stdout}${stderr}`);
  }

  start(instances: number, ...options: readonly string[]): Promise<void> {
    return this.run("start", this.#project.path("server.mjs"), "--name", "app", "-i", `${instances}`, ...options);
  }

  get daemon(): number {
    return Number(readFileSync(this.#project.path("pm2", "pm2.pid"), "utf8"));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.run("kill");
  }
}
