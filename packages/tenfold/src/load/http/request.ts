/** A request as it is sent again and again. */
export interface HttpRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  /** Names are sent as they are written. `Host`, `Connection` and `Content-Length` are added. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

const IDEMPOTENT: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE"]);

/** Whether sending it twice does what sending it once does (RFC 9110, 9.2.2). */
export function isIdempotent({ method }: HttpRequest): boolean {
  return IDEMPOTENT.has(method);
}

/** The request as it goes over the wire. */
export function encodeRequest(request: HttpRequest, authority: string, isKept: boolean): string {
  const { method, path, headers, body } = request;
  const given = new Set(Object.keys(headers).map((name) => name.toLowerCase()));
  const lines = [`${method} ${path} HTTP/1.1`];
  if (!given.has("host")) lines.push(`Host: ${authority}`);
  if (!given.has("user-agent")) lines.push("User-Agent: tenfold-load");
  if (!isKept) lines.push("Connection: close");
  for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`);
  if (body !== null || method === "POST" || method === "PUT" || method === "PATCH")
    lines.push(`Content-Length: ${Buffer.byteLength(body ?? "")}`);
  return `${lines.join("\r\n")}\r\n\r\n${body ?? ""}`;
}
