interface Cookie {
  readonly value: string;
  readonly path: string;
}

/** The directory of a path: where a cookie without one is valid (RFC 6265, 5.1.4). */
function defaultPath(path: string): string {
  const end = path.lastIndexOf("/");
  return end <= 0 ? "/" : path.slice(0, end);
}

function matches(path: string, cookiePath: string): boolean {
  if (path === cookiePath || cookiePath === "/") return true;
  return path.startsWith(cookiePath) && (cookiePath.endsWith("/") || path[cookiePath.length] === "/");
}

/** The cookies of one visitor of one site. Of the rules of browsers those that keep a session: path, deletion, replacement. */
export class CookieJar {
  readonly #cookies = new Map<string, Cookie>();

  get(name: string): string | undefined {
    return this.#cookies.get(name)?.value;
  }

  /** Takes the `Set-Cookie` headers of an answer. `now`: milliseconds since 1970. */
  take(head: string, requestPath: string, now: number): void {
    for (const [, line = ""] of head.matchAll(/\r\nset-cookie:[ \t]*([^\r]*)/gi)) this.#takeOne(line, requestPath, now);
  }

  /** The `Cookie` header for a path; `null`: none. */
  header(path: string): string | null {
    if (this.#cookies.size === 0) return null;
    const [bare = path] = path.split("?");
    const pairs: string[] = [];
    for (const [name, cookie] of this.#cookies) if (matches(bare, cookie.path)) pairs.push(`${name}=${cookie.value}`);
    return pairs.length === 0 ? null : pairs.join("; ");
  }

  #takeOne(line: string, requestPath: string, now: number): void {
    const [pair = "", ...attributes] = line.split(";");
    const at = pair.indexOf("=");
    const name = pair.slice(0, at).trim();
    if (at <= 0 || name === "") return;
    const [bare = "/"] = requestPath.split("?");
    let path = defaultPath(bare);
    let isGone = false;
    let hasMaxAge = false;
    for (const attribute of attributes) {
      const [key = "", value = ""] = attribute.trim().split("=", 2);
      switch (key.toLowerCase()) {
        case "path":
          if (value.startsWith("/")) path = value;
          break;
        case "max-age":
          hasMaxAge = /^-?\d+$/.test(value);
          if (hasMaxAge) isGone = Number(value) <= 0;
          break;
        case "expires":
          if (!hasMaxAge) isGone = Date.parse(value) <= now;
          break;
        default:
      }
    }
    if (isGone) this.#cookies.delete(name);
    else this.#cookies.set(name, { value: pair.slice(at + 1).trim(), path });
  }
}
