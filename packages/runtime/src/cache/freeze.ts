/** Makes a plain value unchangeable, with all that it holds: one value is given to every caller. */
export function freeze<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  if (!Array.isArray(value) && Object.getPrototypeOf(value) !== Object.prototype) return value;
  Object.freeze(value);
  for (const item of Object.values(value)) freeze(item);
  return value;
}
