const LONGEST = 40;

/** What a fleet is called when nothing else says it. */
export const FALLBACK_NAME = "app";

/** A fleet's name made of a directory's: `My Shop (2)` becomes `my-shop-2`. Always valid. */
export function nameFrom(directory: string): string {
  const plain = directory
    .slice(0, 200)
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
  const name = /^[0-9]/.test(plain) ? `${FALLBACK_NAME}-${plain}` : plain;
  return name.slice(0, LONGEST).replace(/-$/, "") || FALLBACK_NAME;
}
