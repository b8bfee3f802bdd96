import { createHash } from "node:crypto";

/** What fits into a Unix socket's address, with its closing zero. */
const LONGEST = 107;

/** The control socket of a project directory; elsewhere where the path would be too long for one. */
export function controlSocket(directory: string): string {
  const near = `${directory}/.tenfold/control.sock`;
  if (Buffer.byteLength(near) <= LONGEST) return near;
  const hash = createHash("sha256").update(directory).digest("hex").slice(0, 16);
  return `/tmp/tenfold-engine-${process.getuid?.() ?? 0}-${hash}/control.sock`;
}
