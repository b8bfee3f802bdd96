/** A cookie by the standard's strictest form; `secure: false` is for development over plain HTTP on another host. */
export interface CookieForm {
  readonly name: string;
  readonly secure: boolean;
  readonly sameSite: "lax" | "strict" | "none";
}

/** A browser takes a `__Host-` cookie only with Secure, for the whole host and for no other. */
export function cookieName(name: string, secure: boolean): string {
  return secure ? `__Host-${name}` : name;
}

/** The value of a cookie in a `Cookie` header; of several the first. `null` when there is none. */
export function readCookie(header: string | undefined, name: string): string | null {
  if (header === undefined) return null;
  for (let start = 0; start < header.length; ) {
    let end = header.indexOf(";", start);
    if (end === -1) end = header.length;
    while (header.charCodeAt(start) === 32) start += 1;
    if (header.charCodeAt(start + name.length) === 61 && header.startsWith(name, start)) {
      return header.slice(start + name.length + 1, end).trim();
    }
    start = end + 1;
  }
  return null;
}

/** The value of `Set-Cookie`. `maxAge` in seconds; 0 removes it, `null` keeps it until the browser is closed. */
export function renderCookie(form: CookieForm, value: string, maxAge: number | null): string {
  const sameSite = { lax: "Lax", strict: "Strict", none: "None" }[form.sameSite];
  return [
    `${cookieName(form.name, form.secure)}=${value}`,
    "Path=/",
    ...(maxAge === null ? [] : [`Max-Age=${Math.floor(maxAge)}`]),
    "HttpOnly",
    ...(form.secure ? ["Secure"] : []),
    `SameSite=${sameSite}`,
  ].join("; ");
}
