import type { IncomingMessage } from "node:http";

/** The value of a cookie; of several with one name the first, which is the most specific. */
export function readCookie(request: IncomingMessage, name: string): string | null {
  for (const pair of request.headers.cookie?.split(";") ?? []) {
    const [key, value] = pair.split("=", 2);
    if (key?.trim() === name && value !== undefined) return value.trim();
  }
  return null;
}

export interface CookieOptions {
  /** Seconds. */
  readonly maxAge: number;
  /** Whether browsers send it over TLS only. */
  readonly secure: boolean;
}

/** A cookie that no script can read and no other site can send. */
export function cookie(name: string, value: string, { maxAge, secure }: CookieOptions): string {
  return `${name}=${value}; Path=/; Max-Age=${maxAge}; HttpOnly; SameSite=Lax${secure ? "; Secure" : ""}`;
}
