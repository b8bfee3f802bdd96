import { hash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Handler } from "../http/router.ts";

/** The page, its style and its script as one document. It asks nobody but this origin for anything. */
export function servePage(): Handler {
  const read = (name: string) => readFileSync(new URL(name, import.meta.url), "utf8");
  const style = read("base.css") + read("page.css");
  // One document has one script: what joins the two as files is dropped.
  const script = (read("elements.js") + read("page.js")).replaceAll(/^import .*\n|^export (?=\w)/gm, "");
  // Functions, because `$` has a meaning in text that replaces.
  const html = read("page.html")
    .replace("/* style */", () => style)
    .replace("/* script */", () => script);
  const body = Buffer.from(html);
  const etag = `"${hash("sha256", body, "base64url").slice(0, 27)}"`;
  const headers = {
    "Content-Type": "text/html; charset=utf-8",
    // Kept, but asked for again each time: after a deploy everybody gets the new one.
    "Cache-Control": "no-cache",
    "Content-Security-Policy": contentPolicy({ style, script }),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    ETag: etag,
  };
  return ({ request }) => {
    if (request.headers["if-none-match"]?.includes(etag)) return { status: 304, headers, body: "" };
    return { status: 200, headers, body };
  };
}

/** Only this style and this script run, whatever somebody manages to write into the page. */
function contentPolicy({ style, script }: { readonly style: string; readonly script: string }): string {
  const source = (text: string) => `'sha256-${hash("sha256", text, "base64")}'`;
  return [
    "default-src 'none'",
    `style-src ${source(style)}`,
    `script-src ${source(script)}`,
    "connect-src 'self'",
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}
