/** A number as people read it: whole from 100 up, one decimal from 1 up, and two digits of what is less. */
export function figure(value: number): string {
  const size = Math.abs(value);
  if (size >= 100) return String(Math.round(value));
  return String(size >= 1 ? Math.round(value * 10) / 10 : Number(value.toPrecision(2)));
}
