import { Agent, request } from "node:http";

/** What visitors saw. */
export interface Tally {
  readonly requests: number;
  /** A sentence for each request that failed: no answer, or one of 500 and above. */
  readonly failures: readonly string[];
  /** Who answered, by the body of the answer. */
  readonly answers: ReadonlyMap<string, number>;
  /** The longest time that one request took, in milliseconds. */
  readonly slowest: number;
}

export interface LoadOptions {
  readonly url: string;
  readonly path?: string;
  /** Visitors that keep their connection. */
  readonly kept?: number;
  /** Visitors that make a connection for each request. */
  readonly fresh?: number;
  /** Milliseconds between a visitor's requests. */
  readonly pause?: number;
  /** Nothing but GET: what a balancer may send again. */
  readonly repeatable?: boolean;
}

interface Reply {
  readonly status: number;
  readonly body: string;
}

function ask(url: URL, method: string, agent: Agent | false): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { method, agent, timeout: 30_000 }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (text: string) => {
        body += text;
      });
      response.on("error", reject);
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
    });
    asked.on("timeout", () => asked.destroy(new Error("no answer within 30 s")));
    asked.on("error", reject);
    asked.end();
  });
}

/**
 * Visitors that ask and ask until they are stopped, and repeat nothing: a request that fails has failed. Every second
 * request is a POST, which a balancer may not repeat either, unless they shall be `repeatable`.
 */
export class Load {
  readonly #failures: string[] = [];
  readonly #answers = new Map<string, number>();
  readonly #visitors: Promise<void>[] = [];
  readonly #repeatable: boolean;
  #requests = 0;
  #slowest = 0;
  #stopped = false;

  constructor({ url, path = "/", kept = 3, fresh = 3, pause = 5, repeatable = false }: LoadOptions) {
    this.#repeatable = repeatable;
    const target = new URL(path, url);
    for (let at = 0; at < kept; at += 1)
      this.#visitors.push(this.#visit(target, new Agent({ keepAlive: true, maxSockets: 1 }), pause));
    for (let at = 0; at < fresh; at += 1) this.#visitors.push(this.#visit(target, false, pause));
  }

  /** How many requests were answered so far, well or not. */
  get requests(): number {
    return this.#requests;
  }

  async stop(): Promise<Tally> {
    this.#stopped = true;
    await Promise.all(this.#visitors);
    return { requests: this.#requests, failures: this.#failures, answers: this.#answers, slowest: this.#slowest };
  }

  async #visit(url: URL, agent: Agent | false, pause: number): Promise<void> {
    for (let at = 0; !this.#stopped; at += 1) {
      const began = performance.now();
      const method = at % 2 === 0 || this.#repeatable ? "GET" : "POST";
      try {
        const { status, body } = await ask(url, method, agent);
        if (status >= 500) this.#fail(method, agent, `${status} ${body.slice(0, 200)}`);
        else this.#answers.set(body, (this.#answers.get(body) ?? 0) + 1);
      } catch (error) {
        this.#fail(method, agent, error instanceof Error ? error.message : String(error));
      }
      this.#requests += 1;
      this.#slowest = Math.max(this.#slowest, performance.now() - began);
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
    if (agent !== false) agent.destroy();
  }

  #fail(method: string, agent: Agent | false, what: string): void {
    this.#failures.push(
      `${new Date().toISOString()} ${method} ${agent === false ? "on a fresh connection" : "on a kept one"}: ${what}`,
    );
  }
}

/** Puts load on a fleet while something is done to it. */
export async function underLoad(options: LoadOptions, act: () => Promise<void>): Promise<Tally> {
  const load = new Load(options);
  try {
    await act();
  } catch (error) {
    await load.stop();
    throw error;
  }
  return load.stop();
}

/** Who answers a dozen new visitors, by the bodies of the answers. */
export async function whoAnswers(url: string): Promise<ReadonlySet<string>> {
  const names = new Set<string>();
  for (let turn = 0; turn < 12; turn += 1) names.add(await (await fetch(url)).text());
  return names;
}
