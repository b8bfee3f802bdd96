/** A fleet's name from a directory's: lower-case letters, digits and dashes, starting with a letter, at most 40. */
export function fleetName(directory: string): string {
  const tidy = directory
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^[^a-z]+/, "")
    .slice(0, 40)
    .replace(/-+$/, "");
  return tidy === "" ? "app" : tidy;
}

/** A worker's name from whatever names it: at most 31 letters, digits and dashes. */
export function workerName(text: string): string {
  return fleetName(text).slice(0, 31).replace(/-+$/, "");
}
