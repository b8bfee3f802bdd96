export type Callback<T> = (error: unknown, value?: T) => void;

/** Gives a result as pg does: to a callback where there is one, else as a promise. */
export function given<T>(promise: Promise<T>, callback: unknown): Promise<T> | undefined {
  if (typeof callback !== "function") return promise;
  const tell = callback as Callback<T>;
  promise.then(
    (value) => process.nextTick(tell, undefined, value),
    (error: unknown) => process.nextTick(tell, error),
  );
  return undefined;
}
