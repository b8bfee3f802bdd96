/** How large each log was at a moment: a line of times.jsonl. */
interface Moment {
  readonly at: number;
  readonly sizes: Readonly<Record<string, number>>;
}

/**
 * Where in a member's log the lines begin that were written after a moment, to within the few seconds that lie between
 * two entries. Members write their logs themselves, so lines carry no times of ours.
 */
export function offsetAt(times: string, member: string, since: number): number {
  let offset = 0;
  for (const line of times.split("\n")) {
    if (line === "") continue;
    let moment: Moment;
    try {
      moment = JSON.parse(line) as Moment;
    } catch {
      continue;
    }
    const size = moment.sizes[member];
    if (size === undefined) continue;
    if (moment.at >= since) return Math.min(offset, size);
    offset = size;
  }
  return offset;
}
