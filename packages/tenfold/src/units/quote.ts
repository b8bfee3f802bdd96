/** A word as a POSIX shell reads it back unchanged, quoted only where it must be. */
export function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** A command line that can be copied into a shell. */
export function quoteAll(words: readonly string[]): string {
  return words.map(quote).join(" ");
}
