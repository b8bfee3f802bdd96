import { Fault } from "../fault/fault.ts";
import { nearest } from "../units/nearest.ts";

/**
 * The members that a user's words mean: a member's name (`web-2`), a group (`web`, `worker.reports`, `worker-reports`) or a
 * kind (`postgres`). None means all. Fault: TF_MEMBER_UNKNOWN, naming the nearest.
 */
export function selectMembers<M extends { readonly name: string; readonly kind: string }>(
  members: readonly M[],
  words: readonly string[],
): M[] {
  if (words.length === 0) return [...members];
  const groupOf = (member: M): string => member.name.replace(/-\d+$/, "");
  const chosen = words.flatMap((word) => {
    const group = word.replace(".", "-");
    const found = members.filter((member) => member.name === word || groupOf(member) === group || member.kind === word);
    if (found.length > 0) return found;
    const known = [...members.map(({ name }) => name), ...new Set(members.map(groupOf))];
    const near = nearest(word, known);
    throw new Fault(
      "TF_MEMBER_UNKNOWN",
      `no member is called ${word}${near === undefined ? "" : `; did you mean ${near}?`}`,
      {
        hint:
          members.length === 0
            ? "nothing runs here"
            : `this fleet has ${[...new Set(members.map(groupOf))].join(", ")}`,
      },
    );
  });
  return [...new Set(chosen)];
}
