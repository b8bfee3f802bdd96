import { freemem } from "node:os";
import type { Context } from "../../context.ts";

const USUAL: readonly number[] = [1, 2, 4];
/** Of the memory that is free, more instances may take so much. */
const SHARE = 0.5;

/** The most instances that there is memory for, by what one of them uses now. */
export async function roomFor({ target }: Context, now: number): Promise<number> {
  const { members } = await target.ps();
  const used = members.flatMap(({ kind, memoryBytes }) =>
    kind === "web" && memoryBytes !== null ? [memoryBytes] : [],
  );
  const each = Math.max(1, ...used);
  return now + Math.floor((freemem() * SHARE) / each);
}

/** Of the usual sizes, those that there is room for. */
export function sizesWithin(room: number): number[] {
  return USUAL.filter((size) => size <= Math.max(1, room));
}

/** A size that takes no part in the fit: the planned one, or the first between or above those that do. */
export function heldOutSize(sizes: readonly number[], planned: number | null, room: number): number | null {
  const isFree = (size: number): boolean => size >= 1 && size <= room && !sizes.includes(size);
  const largest = Math.max(...sizes);
  if (planned !== null && planned <= largest * 3 && isFree(planned)) return planned;
  for (let size = largest - 1; size > Math.min(...sizes); size -= 1) if (isFree(size)) return size;
  return isFree(largest + 1) ? largest + 1 : null;
}
