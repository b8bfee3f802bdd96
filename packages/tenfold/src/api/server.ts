import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { FleetEvent } from "@tenfold/protocol";
import type { Engine } from "../engine/engine.ts";
import type { UpRequest } from "../engine/intent.ts";
import type { Caller } from "../engine/operation.ts";
import type { Request } from "../engine/request.ts";
import { Fault } from "../fault/fault.ts";
import type { MemberName } from "../fleet/member.ts";
import { VERSION } from "../fleet/version.ts";
import { Secret } from "../units/secret.ts";

const BODY_LIMIT = 16 * 1024 * 1024;

/** The body of `POST /v1/operations`. */
export interface OperationBody {
  readonly request: Request;
  readonly by: Caller;
  readonly dryRun: boolean;
}

export interface ApiParts {
  readonly engine: Engine;
  /** An operation has ended, or somebody asked the engine to end. */
  readonly settled: () => void;
  readonly exit: () => void;
}

type Handler = (parts: ApiParts, request: IncomingMessage, response: ServerResponse, url: URL) => Promise<void>;

async function readBody<T>(request: IncomingMessage): Promise<T> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > BODY_LIMIT) throw new Fault("TF_ARGUMENT", "the request is too large");
    chunks.push(chunk);
  }
  return JSON.parse(Buffer.concat(chunks).toString("utf8")) as T;
}

function send(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
}

function errorEvent(error: unknown): FleetEvent {
  const at = Date.now();
  if (error instanceof Fault) return { kind: "fault", at, fault: error.toJSON() };
  return { kind: "bug", at, stack: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}

/** Streams events as they come, a JSON object a line. */
function stream(response: ServerResponse): (event: FleetEvent) => void {
  response.writeHead(200, { "content-type": "application/x-ndjson" });
  response.flushHeaders();
  return (event) => {
    response.write(`${JSON.stringify(event)}\n`);
  };
}

const operate: Handler = async ({ engine, settled }, request, response) => {
  const body = await readBody<OperationBody>(request);
  const write = stream(response);
  const held = engine.laneOf(body.request.name).current;
  // Whoever is refused must not be told what somebody else's operation does.
  const unsubscribe = held === null ? engine.events.subscribe(write) : () => {};
  let ok = true;
  try {
    await engine.run(body.request, body.by, body.dryRun);
  } catch (error) {
    ok = false;
    write(errorEvent(error));
  } finally {
    unsubscribe();
  }
  write({ kind: "end", at: Date.now(), ok });
  response.end(settled);
};

const cancel: Handler = async ({ engine }, request, response) => {
  const { hurry, name } = await readBody<{ hurry: boolean; name: string }>(request);
  const operation = engine.laneOf(name).current;
  operation?.cancel.abort(
    new Fault("TF_CANCELLED", `${operation.name} was cancelled`, {
      hint: "what was started goes on: tenfold up finishes it, tenfold down stops it",
    }),
  );
  if (hurry) operation?.hurry.abort();
  send(response, 200, { cancelled: operation?.name ?? null });
};

const events: Handler = async ({ engine }, request, response) => {
  const unsubscribe = engine.events.subscribe(stream(response));
  await new Promise((resolve) => request.once("close", resolve));
  unsubscribe();
};

const environment: Handler = async ({ engine }, _request, response, url) => {
  const member = url.searchParams.get("member");
  const variables = Object.entries(engine.environment(member as MemberName | null));
  send(
    response,
    200,
    Object.fromEntries(variables.map(([name, value]) => [name, value instanceof Secret ? value.reveal() : value])),
  );
};

const ROUTES: Readonly<Record<string, Handler>> = {
  "POST /v1/operations": operate,
  "POST /v1/cancel": cancel,
  "POST /v1/hurry": async ({ engine }, _request, response) => {
    engine.operations.current?.hurry.abort();
    send(response, 200, {});
  },
  "POST /v1/exit": async ({ exit }, _request, response) => {
    send(response, 200, {});
    response.once("close", exit);
  },
  "GET /v1/events": events,
  "GET /v1/environment": environment,
  "POST /v1/backups": async ({ engine }, request, response) =>
    send(response, 200, await engine.backups(await readBody<UpRequest | null>(request))),
  "GET /v1/ps": async ({ engine }, _request, response) => send(response, 200, engine.ps()),
  "GET /v1/releases": async ({ engine }, _request, response) => send(response, 200, engine.releases()),
  "GET /v1/health": async ({ engine }, _request, response) => send(response, 200, await engine.health()),
  "GET /v1/load": async ({ engine }, _request, response, url) =>
    send(response, 200, await engine.loadDiagnosis(Number(url.searchParams.get("lasting")))),
  "GET /v1/version": async (_parts, _request, response) =>
    send(response, 200, { version: VERSION, pid: process.pid, memory: process.memoryUsage() }),
};

/** The control API: HTTP on a socket that only the engine's user can open. Faults answer 400, defects 500. */
export function createApi(parts: ApiParts): Server {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://engine");
    const handler = ROUTES[`${request.method} ${url.pathname}`];
    if (handler === undefined)
      return send(
        response,
        404,
        errorEvent(new Fault("TF_ENGINE_VERSION", `this engine knows no ${request.method} ${url.pathname}`)),
      );
    handler(parts, request, response, url).catch((error: unknown) => {
      if (response.headersSent) response.end();
      else send(response, error instanceof Fault ? 400 : 500, errorEvent(error));
    });
  });
  server.requestTimeout = 0;
  server.headersTimeout = 0;
  return server;
}
