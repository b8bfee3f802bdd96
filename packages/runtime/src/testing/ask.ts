import { once } from "node:events";
import { type Agent, type IncomingHttpHeaders, request } from "node:http";

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Asks a server on this machine, on a connection of its own unless there is an agent. */
export async function ask(
  port: number,
  path: string,
  {
    method = "GET",
    headers = {},
    agent,
  }: { method?: string; headers?: Readonly<Record<string, string>>; agent?: Agent } = {},
): Promise<Answer> {
  const sent = request({ host: "127.0.0.1", port, path, method, headers, agent: agent ?? false });
  sent.end();
  const [response] = await once(sent, "response");
  let body = "";
  for await (const chunk of response.setEncoding("utf8")) body += chunk;
  return { status: response.statusCode, headers: response.headers, body };
}
