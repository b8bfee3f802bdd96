import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { type Fleet, portFor } from "../../fleet/fleet.ts";
import { APP_PORT } from "../../fleet/ports.ts";
import { PROBE_PATH } from "../../render/edge/edge.ts";
import { type Millis, seconds } from "../../units/millis.ts";

const ANSWER_WITHIN: Millis = seconds(3);

export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** An address by which this machine reaches what listens on `host`. */
function reachable(host: string): string {
  if (host === "0.0.0.0" || host === "*") return "127.0.0.1";
  return host === "::" ? "::1" : host;
}

export interface Question {
  /** An address and a port, or a socket's file. */
  readonly at: { readonly host: string; readonly port: number } | { readonly socketPath: string };
  readonly path: string;
  readonly tls: boolean;
  readonly signal: AbortSignal;
}

/** One request on a connection of its own. Throws whatever went wrong. */
export function askHttp({ at, path, tls, signal }: Question): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const options = {
      ...at,
      path,
      agent: false,
      signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_WITHIN)]),
    };
    // It asks whether the balancer answers, not who it is: a certificate for another name must not fail it.
    const request = tls ? httpsRequest({ ...options, rejectUnauthorized: false }) : httpRequest(options);
    request.on("error", reject);
    request.on("response", (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        body += chunk;
      });
      response.on("error", reject);
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
    });
    request.end();
  });
}

/** Asks the balancer on the visitors' port for what only it answers. */
export function askEdge(fleet: Fleet, signal: AbortSignal): Promise<Answer> {
  const { host, tls } = fleet.spec.balancer;
  const port = portFor(fleet.ports, APP_PORT);
  return askHttp({ at: { host: reachable(host), port }, path: PROBE_PATH, tls: tls !== false, signal });
}
