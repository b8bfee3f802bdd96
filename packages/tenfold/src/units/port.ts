/** A TCP port, 1 to 65535. */
export type Port = number & { readonly __unit: "Port" };

/** `undefined` when the value is no whole number from 1 to 65535. */
export function parsePort(value: unknown): Port | undefined {
  const number = typeof value === "string" && /^\d+$/.test(value) ? Number(value) : value;
  if (typeof number !== "number" || !Number.isInteger(number) || number < 1 || number > 65535) return undefined;
  return number as Port;
}

/** For a port that the caller knows to be valid (an offset, a constant). Throws a RangeError otherwise. */
export function port(value: number): Port {
  const parsed = parsePort(value);
  if (parsed === undefined) throw new RangeError(`${value} is no port`);
  return parsed;
}
