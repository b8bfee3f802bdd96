import type { Fleet } from "../../fleet/fleet.ts";
import type { RenderedFile } from "../../fleet/launch.ts";
import type { Member } from "../../fleet/member.ts";
import { configFile } from "../../fleet/paths.ts";

/** Seconds after which a visitor may try again when no instance took the request. */
export const RETRY_AFTER = 5;

export type PageName = "none-ready" | "not-taken" | "broken" | "too-slow";

/** Pages that a balancer answers with when there is no answer of the application. */
export interface Page {
  readonly name: PageName;
  readonly status: 502 | 503 | 504;
  readonly title: string;
  readonly text: string;
  /** Commands that show more. */
  readonly look: readonly string[];
}

export const PAGES: Readonly<Record<PageName, Page>> = {
  "none-ready": {
    name: "none-ready",
    status: 503,
    title: "No instance is ready",
    text: "The load balancer runs, but no instance of the application is ready to take requests. It may be starting, or it may have failed.",
    look: ["tenfold ps", "tenfold logs web-1"],
  },
  "not-taken": {
    name: "not-taken",
    status: 503,
    title: "No instance took the request",
    text: "Every instance of the application was busy for too long, or refused the connection.",
    look: ["tenfold ps", "tenfold logs balancer-1", "tenfold logs web-1"],
  },
  broken: {
    name: "broken",
    status: 502,
    title: "The instance gave no valid answer",
    text: "The instance that had this request closed the connection, or sent something that is not HTTP. It may have crashed.",
    look: ["tenfold ps", "tenfold logs balancer-1", "tenfold logs web-1"],
  },
  "too-slow": {
    name: "too-slow",
    status: 504,
    title: "The instance took too long",
    text: "The instance that had this request sent nothing for longer than balancer.timeouts.request allows.",
    look: ["tenfold ps", "tenfold logs web-1"],
  },
};

const STYLE =
  "body{font:16px/1.5 system-ui,sans-serif;max-width:36em;margin:15vh auto;padding:0 1em;color:#222;background:#fff}" +
  "h1{font-size:1.4em}code{background:#f2f2f2;padding:.1em .4em;border-radius:4px}" +
  "@media(prefers-color-scheme:dark){body{color:#ddd;background:#181818}code{background:#2a2a2a}}";

/** A page as HTML in one line, without quotes or dollar signs that a configuration would have to escape. */
export function pageHtml(page: Page): string {
  const look = page.look.map((command) => `<li><code>${command}</code></li>`).join("");
  return (
    `<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content=width=device-width>` +
    `<title>${page.status} ${page.title}</title><style>${STYLE}</style>` +
    `<h1>${page.title}</h1><p>${page.text}</p><p>If you run this service, look at:</p><ul>${look}</ul></html>\n`
  );
}

/** The same for programs. */
export function pageJson(page: Page): string {
  return `${JSON.stringify({ error: page.name, status: page.status, message: `${page.title}. ${page.text}`, look: page.look })}\n`;
}

export function pagePath(fleet: Fleet, member: Member, page: PageName, type: "html" | "json"): string {
  return configFile(fleet.paths, `${member.name}.${page}.${type}`);
}

/** The page as a file of a balancer's own. */
export function pageFile(fleet: Fleet, member: Member, page: Page, type: "html" | "json"): RenderedFile {
  const content = type === "html" ? pageHtml(page) : pageJson(page);
  return { path: pagePath(fleet, member, page.name, type), content, mode: 0o644, owner: "service" };
}
