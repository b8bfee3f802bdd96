import { Secret } from "../units/secret.ts";

const REFERENCE = /\$(?:(\$\{)|\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\})/g;

/**
 * Replaces `${NAME}` and `${NAME:-default}`; `$${` stands for `${` itself. A name that the lookup does not know stays as
 * it was written. The result is a `Secret` if any part was one.
 */
export function expandReferences(text: string, lookup: (name: string) => string | Secret | undefined): string | Secret {
  let isSecret = false;
  const expanded = text.replace(
    REFERENCE,
    (whole, escaped: string | undefined, name: string | undefined, fallback: string | undefined) => {
      if (escaped !== undefined || name === undefined) return "${";
      const value = lookup(name);
      if (value === undefined) return fallback ?? whole;
      if (!(value instanceof Secret)) return value;
      isSecret = true;
      return value.reveal();
    },
  );
  return isSecret ? new Secret(expanded) : expanded;
}
