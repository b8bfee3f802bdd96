import { adaptCommand } from "./command.ts";
import type { Candidate } from "./detection.ts";
import { imageCommand, parseDockerfile } from "./dockerfile.ts";
import { type NodeProject, readManifest } from "./node/manifest.ts";
import { resolveScript } from "./node/start.ts";
import type { Project } from "./project.ts";

/** Paths of the image become paths of the project: `/app/server.js` is `server.js` where `/app` holds the project. */
function outside(command: string, directory: string | null): string {
  if (directory === null || !directory.startsWith("/") || directory === "/") return command;
  const prefix = directory.replace(/\/+$/, "").replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return command.replace(new RegExp(`(^|[\\s=])${prefix}/`, "g"), "$1");
}

/** `npm start` comes down to what it starts. */
function throughScripts(project: Project, command: string): string {
  const manifest = readManifest(project);
  const script = /^(?:npm|pnpm|yarn|bun)(?: run)? ([\w:-]+)$/.exec(command)?.[1];
  if (manifest === undefined || script === undefined) return command;
  const node: NodeProject = { project, manifest };
  return resolveScript(node, script)?.command ?? command;
}

/** What the image of a Dockerfile runs, as a command outside of a container. */
export function dockerImage(project: Project): Candidate | null {
  const file = project.first(["Dockerfile", "Containerfile", "dockerfile"]);
  if (file === undefined) return null;
  const image = parseDockerfile(project.text(file));
  const run = image === null ? null : imageCommand(image);
  if (image === null || run === null) return null;
  const local = throughScripts(project, outside(run.command, image.directory));
  const { command, changes } = adaptCommand(local);
  // An exec form cannot know $PORT: a number that is the image's port stands for it.
  const bare =
    image.port === null ? command : command.replace(new RegExp(`(?<=\\s|:|=)${image.port}(?=\\s|$)`), "$$PORT");
  const notes = bare === command ? changes : [...changes, `port ${image.port} is now $PORT`];
  const port = image.port === null ? [] : [{ file, what: `the image's port is ${image.port}` }];
  return {
    framework: "Dockerfile",
    rank: "image",
    evidence: [{ file, what: `the image runs ${run.command}` }, ...port],
    web: {
      command: bare,
      why: `What the Dockerfile's image runs${notes.length > 0 ? `; ${notes.join("; ")}` : ""}.`,
      ...(image.health === null ? {} : { health: { path: image.health, why: "The Dockerfile's HEALTHCHECK." } }),
    },
    warnings:
      run.skipped === null
        ? []
        : [`The image starts through ${run.skipped}, which is left out: what it prepares belongs into release.`],
  };
}
