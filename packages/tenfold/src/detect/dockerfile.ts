import { quote } from "../units/quote.ts";

/** What a container runs: words, or text for a shell. */
export type Instruction =
  | { readonly form: "exec"; readonly words: readonly string[] }
  | { readonly form: "shell"; readonly text: string };

/** What of an image decides on how the application starts: the last stage, with what it took from others. */
export interface Image {
  readonly command: Instruction | null;
  readonly entrypoint: Instruction | null;
  readonly directory: string | null;
  /** From `ENV PORT`, else `EXPOSE`. */
  readonly port: number | null;
  /** The path that `HEALTHCHECK` asks for. */
  readonly health: string | null;
}

const EMPTY: Image = { command: null, entrypoint: null, directory: null, port: null, health: null };

/** Instructions, with continued lines joined and comments removed. */
function instructionsOf(text: string): { name: string; rest: string }[] {
  const lines = text.split(/\r?\n/).filter((line) => !/^\s*#/.test(line));
  const joined = lines.join("\n").replace(/[ \t]*\\[ \t]*\n[ \t]*/g, " ");
  return joined.split("\n").flatMap((line) => {
    const match = /^\s*([A-Za-z]+)\s+(.*?)\s*$/.exec(line);
    return match === null ? [] : [{ name: (match[1] ?? "").toUpperCase(), rest: match[2] ?? "" }];
  });
}

function parseInstruction(rest: string): Instruction {
  if (rest.startsWith("[")) {
    try {
      const words: unknown = JSON.parse(rest);
      if (Array.isArray(words) && words.every((word) => typeof word === "string")) return { form: "exec", words };
    } catch {
      // Docker takes it for text, too.
    }
  }
  return { form: "shell", text: rest };
}

function apply(image: Image, name: string, rest: string): Image {
  switch (name) {
    case "CMD":
      return { ...image, command: parseInstruction(rest) };
    case "ENTRYPOINT":
      return { ...image, entrypoint: parseInstruction(rest) };
    case "WORKDIR":
      return { ...image, directory: rest.replace(/^["']|["']$/g, "") };
    case "EXPOSE": {
      const port = Number.parseInt(rest, 10);
      return image.port === null && port > 0 ? { ...image, port } : image;
    }
    case "ENV": {
      const port = /(?:^|\s)PORT[= ]"?(\d+)/.exec(rest)?.[1];
      return port === undefined ? image : { ...image, port: Number(port) };
    }
    case "HEALTHCHECK": {
      const path = /https?:\/\/(?:localhost|127\.0\.0\.1|0\.0\.0\.0)(?::[^/\s"']+)?(\/[^\s"'|;)]*)/.exec(rest)?.[1];
      return path === undefined ? image : { ...image, health: path };
    }
    default:
      return image;
  }
}

/** Reads a Dockerfile's last stage. `null` when it says nothing of what to run. */
export function parseDockerfile(text: string): Image | null {
  const stages = new Map<string, Image>();
  let image = EMPTY;
  let name: string | undefined;
  for (const instruction of instructionsOf(text)) {
    if (instruction.name === "FROM") {
      if (name !== undefined) stages.set(name, image);
      const match = /^(?:--\S+\s+)*(\S+)(?:\s+[Aa][Ss]\s+(\S+))?/.exec(instruction.rest);
      image = stages.get((match?.[1] ?? "").toLowerCase()) ?? EMPTY;
      name = match?.[2]?.toLowerCase();
    } else {
      image = apply(image, instruction.name, instruction.rest);
    }
  }
  return image.command === null && image.entrypoint === null ? null : image;
}

/** Small init programs, which Tenfold makes needless. */
const INITS = /^(?:.*\/)?(?:tini|dumb-init|catatonit)$/;

function withoutInit(words: readonly string[]): readonly string[] {
  if (!INITS.test(words[0] ?? "")) return words;
  const start = words.findIndex((word, at) => at > 0 && !word.startsWith("-"));
  return start === -1 ? [] : words.slice(start);
}

/** Text of a command for a shell. What stands in a shell's own text stays as it is. */
function textOf(words: readonly string[]): string {
  const [shell = "", flag = "", script = ""] = words;
  if (/^(?:.*\/)?(?:ba|da)?sh$/.test(shell) && /^-l?c$/.test(flag)) return script.replace(/^exec /, "");
  return words.map(quote).join(" ");
}

/** One command line of entrypoint and command, and the script of the image that it leaves out. */
export function imageCommand(image: Image): { readonly command: string; readonly skipped: string | null } | null {
  const command =
    image.command === null
      ? null
      : image.command.form === "exec"
        ? textOf(withoutInit(image.command.words))
        : image.command.text.replace(/^exec /, "");
  if (image.entrypoint === null) return command === null || command === "" ? null : { command, skipped: null };
  if (image.entrypoint.form === "shell") return { command: image.entrypoint.text.replace(/^exec /, ""), skipped: null };
  const words = withoutInit(image.entrypoint.words);
  const script = words[0] ?? "";
  if (/\.sh$|(?:^|\/)(?:docker-)?entrypoint/.test(script))
    return command === null || command === "" ? null : { command, skipped: script };
  const parts = [words.length === 0 ? "" : textOf(words), command ?? ""].filter((part) => part !== "");
  return parts.length === 0 ? null : { command: parts.join(" "), skipped: null };
}
