/** What of a statement helps to know it again. */
const LONGEST = 120;

/**
 * Comments, constants of every notation, and names in quotes, which may look like either. What does not end ends with the
 * text.
 */
const TOKENS =
  /--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|\$([a-z_]\w*)?\$[\s\S]*?(?:\$\1\$|$)|\be'(?:[^'\\]|''|\\[\s\S])*(?:'|\\?$)|'(?:[^']|'')*(?:'|$)|"(?:[^"]|"")*(?:"|$)|(?<![\w$])\d[\w.]*/gi;

/**
 * A statement's text on one line, cut where it is long. Comments are left out, and constants are shown as `?`: PostgreSQL
 * has taken them out, but not where it had forgotten a statement while it ran.
 */
export function oneLine(text: string): string {
  const plain = text.replace(TOKENS, (token) => {
    if (token.startsWith('"')) return token;
    return token.startsWith("--") || token.startsWith("/*") ? " " : "?";
  });
  const line = plain.replace(/\s+/g, " ").trim();
  return line.length <= LONGEST ? line : `${line.slice(0, LONGEST - 1).trimEnd()}…`;
}
