import type { Backups } from "./backups.ts";

/** The name in the project's directory below which backups are kept; `null` where they are elsewhere. */
export function nameInProject({ to }: Pick<Backups, "to">): string | null {
  if (parseObjectUrl(to) !== null || to.startsWith("/")) return null;
  const [first = ""] = to.split("/").filter((part) => part !== "" && part !== ".");
  return first === "" || first === ".." ? null : first;
}

/** `s3://bucket/prefix` in its parts; `null` for a directory. */
export function parseObjectUrl(to: string): { readonly bucket: string; readonly prefix: string } | null {
  const match = /^s3:\/\/([^/]+)\/?(.*?)\/*$/.exec(to);
  return match === null ? null : { bucket: match[1] ?? "", prefix: match[2] ?? "" };
}
