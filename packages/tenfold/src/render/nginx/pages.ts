import { PAGES, type PageName, pageHtml, pageJson, RETRY_AFTER } from "../edge/pages.ts";
import { block } from "./words.ts";

const FOLDER = "/.tenfold/page";

/** Where a page is, for `error_page`. */
export function pageUri(name: PageName, type: "html" | "json" = "html"): string {
  return `${FOLDER}/${name}.${type}`;
}

/** Text of one line as nginx takes it: in single quotes nothing but these has a meaning, and no page holds a `$`. */
function text(content: string): string {
  if (content.includes("$")) throw new RangeError("a page for nginx holds no dollar signs");
  return `'${content.trimEnd().replaceAll("\\", "\\\\").replaceAll("'", "\\'")}\\n'`;
}

/** The page as an answer of nginx's own; `before` may lead elsewhere. */
export function page(name: PageName, type: "html" | "json" = "html", before: readonly string[] = []): string[] {
  const content = type === "html" ? pageHtml(PAGES[name]) : pageJson(PAGES[name]);
  const { status } = PAGES[name];
  return block(`location = ${pageUri(name, type)}`, [
    "internal;",
    ...before,
    // Without this, nginx goes by the end of the page's own path.
    "types {}",
    `default_type ${type === "html" ? '"text/html; charset=utf-8"' : "application/json"};`,
    "add_header Cache-Control no-store always;",
    ...(status === 503 ? [`add_header Retry-After ${RETRY_AFTER} always;`] : []),
    `return ${status} ${text(content)};`,
  ]);
}
