/** The databases that a dump of several connects to, in order; none where it is of one. */
export function databaseOf(line: string): string | undefined {
  const match = /^\\connect (?:-reuse-previous=on )?(.+)$/.exec(line);
  if (match === null) return undefined;
  const word = (match[1] ?? "").trim().replace(/^"dbname='(.*)'"$/, "$1");
  return word.replace(/^"(.*)"$/, "$1").replaceAll('""', '"');
}

/** The extension that a line makes. */
export function extensionOf(line: string): string | undefined {
  const name = /^CREATE EXTENSION (?:IF NOT EXISTS )?("[^"]+"|[a-z0-9_-]+)/i.exec(line)?.[1];
  return name?.replaceAll('"', "");
}

const SECTION = /^-- (?:Data for )?Name: .*; Type: ([A-Z ]+); Schema: /;
/** Rights and owners are those of another server, whose roles do not exist here; extensions are made beforehand. */
const LEFT_OUT = new Set([
  "ACL",
  "DEFAULT ACL",
  "EXTENSION",
  "PUBLICATION",
  "SUBSCRIPTION",
  "DATABASE",
  "DATABASE PROPERTIES",
]);

/**
 * Leaves out of a dump as SQL what belongs to the server that it is from: owners, rights, roles, databases, extensions.
 * Works line by line, as pg_dump writes one statement of these a line or marks it by a comment before it; rows of data
 * and bodies of functions pass as they are.
 */
export class SqlFilter {
  readonly #wanted: string | null;
  #current: string | null = null;
  #section = "";
  #inData = false;
  #quote: string | null = null;

  /** `wanted`: of several databases, the one to keep; `null`: there is one. */
  constructor(wanted: string | null) {
    this.#wanted = wanted;
  }

  /** Whether a line, without its end, is kept. */
  keeps(line: string): boolean {
    if (this.#inData) {
      if (line === "\\.") this.#inData = false;
      return this.#isWanted();
    }
    if (this.#quote !== null) {
      if (line.includes(this.#quote)) this.#quote = null;
      return this.#isWanted() && !LEFT_OUT.has(this.#section);
    }
    return this.#statement(line);
  }

  #statement(line: string): boolean {
    const connected = databaseOf(line);
    if (connected !== undefined) {
      this.#current = connected;
      return false;
    }
    const section = SECTION.exec(line);
    if (section !== null) this.#section = section[1] ?? "";
    if (!this.#isWanted()) {
      this.#enter(line);
      return false;
    }
    this.#enter(line);
    if (line.startsWith("--")) return true;
    if (LEFT_OUT.has(this.#section) || extensionOf(line) !== undefined) return false;
    if (/^\\(un)?restrict /.test(line)) return false;
    return !/^(ALTER .* OWNER TO .*;|(GRANT|REVOKE) .*;|SET SESSION AUTHORIZATION .*;|(CREATE|ALTER|DROP) ROLE .*;|CREATE DATABASE .*;|ALTER DATABASE .*;|DROP DATABASE .*;|COMMENT ON EXTENSION .*;|SET default_tablespace = .*;|SET transaction_timeout = .*;)$/.test(
      line,
    );
  }

  /** Notices where rows, or the body of a function over several lines, begin. */
  #enter(line: string): void {
    if (/^COPY .* FROM stdin;$/.test(line)) {
      this.#inData = true;
      return;
    }
    const quotes = [...line.matchAll(/\$[A-Za-z_]*\$/g)].map(([quote]) => quote);
    const [first] = quotes;
    if (first !== undefined && quotes.filter((quote) => quote === first).length % 2 === 1) this.#quote = first;
  }

  #isWanted(): boolean {
    return this.#wanted === null || this.#current === this.#wanted;
  }
}
