import type { Dirent } from "node:fs";
import { lstat, open, readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import type { DetectInput, ProjectFile } from "../detect/project.ts";

/** How much of a project is looked at, so that any directory takes little time and memory. */
const LIMITS = { depth: 5, entries: 4_000, fileBytes: 256 * 1024, totalBytes: 8 * 1024 * 1024 };

/** Directories of tools, of what they make, and of what others wrote. Hidden ones are passed over anyway. */
const SKIPPED: ReadonlySet<string> = new Set([
  "node_modules",
  "bower_components",
  "vendor",
  "venv",
  "env",
  "virtualenv",
  "__pycache__",
  "site-packages",
  "dist",
  "build",
  "out",
  "target",
  "coverage",
  "htmlcov",
  "tmp",
  "log",
  "logs",
  "static",
  "staticfiles",
  "media",
  "assets",
  "storage",
]);

/** Files that are only looked for: their presence says something, and they are too deep or too large to be met otherwise. */
const PRESENCE: readonly string[] = [
  ".venv/bin/python",
  "venv/bin/python",
  "env/bin/python",
  ".next/BUILD_ID",
  ".output/server/index.mjs",
  ".pnp.cjs",
  "uv.lock",
  "poetry.lock",
  "pdm.lock",
  "Pipfile.lock",
  "pnpm-lock.yaml",
  "pnpm-workspace.yaml",
  "yarn.lock",
  "bun.lock",
  "bun.lockb",
  "dist/index.html",
  "bin/rails",
  "artisan",
];

/** Files whose text matters, wherever they are. Of `.env` files only examples: the real one holds secrets. */
const READ: readonly RegExp[] = [
  /\.(?:[cm]?[jt]sx?|py|rb|go|php)$/,
  /^(?:Procfile|[Dd]ockerfile|Containerfile|Gemfile|Gemfile\.lock|Pipfile|go\.mod|config\.ru|package\.json|composer\.json)$/,
  /^(?:requirements[\w.-]*\.(?:txt|in)|pyproject\.toml|setup\.cfg|alembic\.ini|schema\.prisma)$/,
  /^(?:ecosystem(?:\.config)?|pm2|process)\.(?:json|[cm]?js)$/,
  /^(?:docker-)?compose(?:\.[\w-]+)?\.ya?ml$/,
  /^\.env\.(?:example|sample|template|dist)$/,
];

/** Read in `requirements/` too; elsewhere a text file is somebody's notes. */
function isRead(path: string): boolean {
  const name = basename(path);
  return READ.some((pattern) => pattern.test(name)) || /^requirements\/[\w-]+\.(?:txt|in)$/.test(path);
}

/** Names that matter by being there; everything else is not mentioned. */
function isListed(path: string): boolean {
  return (
    isRead(path) ||
    /(?:^|\/)(?:index\.html|index\.php|\.sequelizerc|pom\.xml|build\.gradle(?:\.kts)?|Cargo\.toml|mix\.exs|deno\.jsonc?|Package\.swift)$|\.(?:cs|fs)proj$|(?:^|\/)migrations\/[^/]+$/.test(
      path,
    )
  );
}

/** Paths of files, shallow ones first, so that a limit cuts the deep ones. Links are not followed. */
async function walk(root: string): Promise<string[]> {
  const found: string[] = [];
  let level = ["."];
  let seen = 0;
  for (let depth = 0; depth < LIMITS.depth && level.length > 0 && seen < LIMITS.entries; depth += 1) {
    const below: string[] = [];
    for (const directory of level) {
      const entries: Dirent[] = await readdir(join(root, directory), { withFileTypes: true }).catch(() => []);
      for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
        seen += 1;
        if (seen > LIMITS.entries) return found;
        const path = directory === "." ? entry.name : `${directory}/${entry.name}`;
        if (entry.isFile() && isListed(path)) found.push(path);
        if (entry.isDirectory() && !entry.name.startsWith(".") && !SKIPPED.has(entry.name)) below.push(path);
      }
    }
    level = below;
  }
  return found;
}

/** The text of a file, or `null` when it is too large, unreadable or binary. */
async function readBounded(path: string, room: number): Promise<string | null> {
  const handle = await open(path).catch(() => null);
  if (handle === null) return null;
  try {
    const { size } = await handle.stat();
    if (size > Math.min(LIMITS.fileBytes, room)) return null;
    const bytes = await handle.readFile();
    return bytes.includes(0)
      ? null
      : bytes
          .toString("utf8")
          .replace(/^\uFEFF/, "")
          .replaceAll("\r\n", "\n");
  } catch {
    return null;
  } finally {
    await handle.close();
  }
}

/** Reads what `detect` looks at. Bounded in depth, number and size; unreadable files count as absent text. */
export async function readProjectFiles(directory: string): Promise<DetectInput> {
  const paths = await walk(directory);
  let room = LIMITS.totalBytes;
  const files: ProjectFile[] = [];
  for (const path of paths) {
    const text = isRead(path) ? await readBounded(join(directory, path), room) : null;
    room -= text?.length ?? 0;
    files.push({ path, text });
  }
  for (const path of PRESENCE) {
    const isThere = await lstat(join(directory, path)).then(
      () => true,
      () => false,
    );
    if (isThere && !paths.includes(path)) files.push({ path, text: null });
  }
  return { directory: basename(directory), files };
}
