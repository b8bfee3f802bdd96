/** The value of `--name=value` on the command line. */
export function option(name: string): string | undefined {
  return process.argv.find((word) => word.startsWith(`--${name}=`))?.split("=")[1];
}

/** A whole number above 0; ends the program with 2 when it is something else. */
export function count(name: string, otherwise: number): number {
  const value = Number(option(name) ?? otherwise);
  if (Number.isInteger(value) && value > 0) return value;
  console.error(`error: --${name} is ${option(name)}, and has to be a whole number above 0`);
  process.exit(2);
}

/** Names separated by commas, all of them when absent; ends the program with 2 when one is not known. `what`: a word for them. */
export function chosen(name: string, known: readonly string[], what: string): readonly string[] {
  const names = option(name)?.split(",") ?? known;
  const unknown = names.filter((one) => !known.includes(one));
  if (unknown.length === 0) return names;
  console.error(`error: there is no ${what} ${unknown.join(", ")}`);
  console.error(`hint: ${what}s are ${known.join(", ")}`);
  process.exit(2);
}
