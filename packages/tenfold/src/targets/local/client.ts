import { type ClientRequest, type IncomingMessage, request } from "node:http";
import { createInterface } from "node:readline";
import type { FleetEvent } from "@tenfold/protocol";
import { Fault } from "../../fault/fault.ts";
import { systemCode } from "../../fault/system.ts";

/** Its guardian ends an engine that stands still after two to three seconds. */
const GREETING_WITHIN_MS = 6_000;

/** The engine ended while it answered. */
function gone(detail: string): Fault {
  return new Fault("TF_ENGINE_GONE", `the engine ended while it answered: ${detail}`, {
    hint: "what it had started goes on; run the command again, and look at .tenfold/engine.log",
  });
}

/** A defect of the engine, with its own stack. */
class EngineBug extends Error {
  constructor(stack: string) {
    super("the engine met a defect of its own");
    this.stack = stack;
  }
}

function raise(event: FleetEvent): void {
  if (event.kind === "fault") throw Fault.fromJSON(event.fault);
  if (event.kind === "bug") throw new EngineBug(event.stack);
}

/** Speaks to an engine over its control socket. */
export class EngineClient {
  readonly #socket: string;

  constructor(socket: string) {
    this.#socket = socket;
  }

  /** Whether an engine answers there, and which. One that stands still does not answer. */
  async version(): Promise<{ version: string; pid: number } | null> {
    try {
      const answer = await this.#send("GET", "/v1/version", undefined, GREETING_WITHIN_MS);
      return await this.#answer<{ version: string; pid: number }>(answer);
    } catch (error) {
      if (error instanceof Fault && (error.code === "TF_NOT_RUNNING" || error.code === "TF_ENGINE_GONE")) return null;
      throw error;
    }
  }

  /** Faults: those of the engine; TF_NOT_RUNNING when none answers; TF_ENGINE_GONE. */
  async get<T>(path: string): Promise<T> {
    return this.#answer<T>(await this.#send("GET", path, undefined));
  }

  async post<T>(path: string, body: unknown): Promise<T> {
    return this.#answer<T>(await this.#send("POST", path, body));
  }

  /** Tells of every event until the engine says that it is over. Throws the fault that it ended with. */
  async stream(path: string, body: unknown, onEvent: (event: FleetEvent) => void): Promise<void> {
    const response = await this.#send("POST", path, body);
    let failure: FleetEvent | undefined;
    for await (const line of lines(response)) {
      const event = JSON.parse(line) as FleetEvent;
      if (event.kind === "fault" || event.kind === "bug") failure = event;
      else onEvent(event);
      if (event.kind !== "end") continue;
      if (!event.ok && failure !== undefined) raise(failure);
      return;
    }
    throw gone("its last word was no end");
  }

  /** Tells of every event until aborted or the engine ends. */
  async follow(onEvent: (event: FleetEvent) => void, signal: AbortSignal): Promise<void> {
    const response = await this.#send("GET", "/v1/events", undefined);
    const { promise: aborted, resolve: end } = Promise.withResolvers<void>();
    const onAbort = (): void => {
      response.destroy();
      // Whoever reads lines of a stream that is destroyed is not told.
      end();
    };
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) onAbort();
    const read = async (): Promise<void> => {
      for await (const line of lines(response)) onEvent(JSON.parse(line) as FleetEvent);
    };
    try {
      await Promise.race([read(), aborted]);
    } catch (error) {
      if (!signal.aborted && !(error instanceof Fault && error.code === "TF_ENGINE_GONE")) throw error;
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
  }

  async #answer<T>(response: IncomingMessage): Promise<T> {
    let text = "";
    for await (const line of lines(response)) text += line;
    if (response.statusCode !== 200) raise(JSON.parse(text) as FleetEvent);
    return JSON.parse(text) as T;
  }

  #send(method: string, path: string, body: unknown, within?: number): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const asked: ClientRequest = request(
        { socketPath: this.#socket, method, path, headers: { "content-type": "application/json" } },
        resolve,
      );
      if (within !== undefined) asked.setTimeout(within, () => asked.destroy(new Error("it does not answer")));
      asked.on("error", (error) => {
        const code = systemCode(error);
        const isAbsent = code === "ENOENT" || code === "ECONNREFUSED";
        reject(
          isAbsent
            ? new Fault("TF_NOT_RUNNING", "no engine runs here", { hint: "start a fleet: tenfold up" })
            : gone(error.message),
        );
      });
      asked.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }
}

async function* lines(response: IncomingMessage): AsyncGenerator<string> {
  try {
    for await (const line of createInterface({ input: response, crlfDelay: Infinity })) if (line !== "") yield line;
    if (!response.complete) throw gone("its connection closed");
  } catch (error) {
    if (error instanceof Fault) throw error;
    throw gone(error instanceof Error ? error.message : String(error));
  }
}
