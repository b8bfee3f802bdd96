/** A task so small that only the way to its thread and back counts. */
export function double(number: number): number {
  return number * 2;
}
