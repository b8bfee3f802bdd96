import type { RequestHead } from "../http/index.ts";

/** Keeps one cookie, as a browser does, and brings it with its requests. */
export class Browser {
  cookie: string | undefined;

  head(head: Partial<Omit<RequestHead, "header">> & { readonly headers?: Record<string, string> } = {}): RequestHead {
    const { headers = {}, ...rest } = head;
    const all: Record<string, string | undefined> = { host: "app.example", cookie: this.cookie, ...headers };
    return { method: "GET", upgrade: false, remoteAddress: "127.0.0.1", header: (name) => all[name], ...rest };
  }

  /** Takes the cookie of an answer, if it has one. */
  take(setCookie: string | null | undefined): void {
    if (setCookie === null || setCookie === undefined) return;
    const [pair = "", ...attributes] = setCookie.split("; ");
    this.cookie = attributes.includes("Max-Age=0") ? undefined : pair;
  }
}
