import { type Bytes, mebibytes } from "../units/bytes.ts";

/** Of a file system. */
export interface Space {
  readonly free: Bytes;
  readonly total: Bytes;
}

const LEAST: Bytes = mebibytes(256);

/** A database writes its log in files of 16 MB and stops when there is no room for the next one. */
export function isNearlyFull({ free, total }: Space): boolean {
  return free < Math.min(LEAST, total / 20);
}

/** No room for even one more file of a log. */
export function isFull({ free }: Space): boolean {
  return free < mebibytes(17);
}
