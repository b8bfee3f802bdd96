import { join } from "node:path";
import { Child } from "./child.ts";
import { eventually } from "./eventually.ts";

type Env = Readonly<Record<string, string>>;

const ROOT = join(import.meta.dirname, "../..");

/** A process of the application, as a fleet would start it. */
export function startProcess(file: "server" | "worker" | "scheduler" | "migrate", env: Env): Child {
  return new Child([process.execPath, join("src", `${file}.ts`)], { cwd: ROOT, env });
}

/** The release command. Throws when it fails. */
export async function migrateDatabase(env: Env): Promise<Child> {
  await using child = startProcess("migrate", env);
  const { code } = await child.ended;
  if (code !== 0) throw new Error(`the migration failed: ${child.output}`);
  return child;
}

/** A web instance that listens. */
export class Instance implements AsyncDisposable {
  readonly child: Child;
  readonly port: number;

  private constructor(child: Child, port: number) {
    this.child = child;
    this.port = port;
  }

  static async start(name: string, env: Env): Promise<Instance> {
    await using stack = new AsyncDisposableStack();
    const child = stack.use(startProcess("server", { PORT: "0", INSTANCE_ID: name, ...env }));
    const listening = await eventually(`${name} listens`, 5_000, () => {
      if (!child.running) throw new Error(child.output);
      return child.events.find(({ event }) => event === "listening");
    });
    stack.move();
    return new Instance(child, Number(listening.port));
  }

  url(path: string): string {
    return `http://127.0.0.1:${this.port}${path}`;
  }

  /** Like fetch, on a connection of its own, and not for longer than 8 s. */
  async fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    headers.set("connection", "close");
    return await fetch(this.url(path), { signal: AbortSignal.timeout(8_000), ...init, headers });
  }

  async get(path: string): Promise<Record<string, unknown>> {
    const response = await this.fetch(path);
    return (await response.json()) as Record<string, unknown>;
  }

  async post(path: string, value: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
    return await this.fetch(path, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(value),
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.child[Symbol.asyncDispose]();
  }
}
