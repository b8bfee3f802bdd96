/** A position in PostgreSQL's log as a number of bytes; `undefined` for what is none. */
export function parseLsn(text: string): bigint | undefined {
  const match = /^([0-9A-F]{1,8})\/([0-9A-F]{1,8})$/i.exec(text.trim());
  return match === null ? undefined : (BigInt(`0x${match[1]}`) << 32n) + BigInt(`0x${match[2]}`);
}

/** The size of a file of the log. Tenfold's servers are made with PostgreSQL's default. */
export const SEGMENT_BYTES: number = 16 * 1024 * 1024;

/** A file of the log: a piece of it, or the history that tells where a timeline left another one. */
export type LogFile =
  | { readonly kind: "segment"; readonly timeline: number; readonly number: number }
  | { readonly kind: "history"; readonly timeline: number };

/** `undefined` for other names, such as those of unfinished pieces. */
export function parseLogFile(name: string): LogFile | undefined {
  const segment = /^([0-9A-F]{8})([0-9A-F]{8})([0-9A-F]{8})$/.exec(name);
  const hex = (text: string | undefined): number => Number.parseInt(text ?? "", 16);
  if (segment !== null)
    return { kind: "segment", timeline: hex(segment[1]), number: hex(segment[2]) * 256 + hex(segment[3]) };
  const history = /^([0-9A-F]{8})\.history$/.exec(name);
  return history === null ? undefined : { kind: "history", timeline: hex(history[1]) };
}

function hex8(value: number): string {
  return value.toString(16).toUpperCase().padStart(8, "0");
}

export function segmentName(timeline: number, number: number): string {
  return `${hex8(timeline)}${hex8(Math.floor(number / 256))}${hex8(number % 256)}`;
}

/** The number of the file that holds a position. */
export function segmentOf(lsn: string): number {
  return Number((parseLsn(lsn) ?? 0n) / BigInt(SEGMENT_BYTES));
}

/** Where a timeline left another one, and why, as its history says. */
export interface Fork {
  readonly timeline: number;
  readonly at: string;
  readonly reason: string;
}

/** A timeline's ancestors, the oldest first. */
export function parseHistory(text: string): Fork[] {
  return text.split("\n").flatMap((line) => {
    const match = /^\s*(\d+)\s+([0-9A-F]+\/[0-9A-F]+)\s*(.*)$/i.exec(line);
    return match === null ? [] : [{ timeline: Number(match[1]), at: match[2] ?? "", reason: match[3] ?? "" }];
  });
}

/** Whether a timeline came about by going back in time, rather than by a failover. */
export function isReturn(fork: Fork): boolean {
  return /^(before|after|at restore point)/.test(fork.reason);
}

/** A file of the log as it is kept: its name tells what it holds and when it was copied. */
export interface KeptLogFile {
  /** PostgreSQL's name of it. */
  readonly name: string;
  /** Of its content, before compression. */
  readonly sha256: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** The name under which it is kept. */
  readonly kept: string;
  readonly size: number;
}

export function keptName(name: string, sha256: string, at: number): string {
  return `${name}.${sha256}.${Math.round(at)}.zst`;
}

export function parseKeptName(kept: string, size: number): KeptLogFile | undefined {
  const match = /^([0-9A-F]{24}|[0-9A-F]{8}\.history)\.([0-9a-f]{64})\.(\d+)\.zst$/.exec(kept);
  return match === null
    ? undefined
    : { name: match[1] ?? "", sha256: match[2] ?? "", at: Number(match[3]), kept, size };
}
