import { Fault } from "../fault/index.ts";

/** Times in milliseconds, sizes in bytes. */
export interface ChannelsOptions {
  /** How many messages of a room are kept for who comes back. Default 1,000. */
  readonly keep?: number;
  /** For how long, after the last one. Default 3,600,000. */
  readonly keepFor?: number;
  /** What may wait to be sent to a client before it is cut: it comes back and goes on where it was. Default 1,048,576. */
  readonly maxBuffered?: number;
  /** Of what a client sends at once. Default 65,536. */
  readonly maxMessage?: number;
  /** Rooms that a connection may be in. Default 100. */
  readonly maxRooms?: number;
  /** How often both sides say that they are there; after three without a word a connection is cut. Default 15,000. */
  readonly beat?: number;
  /** Over how long connections are closed when the process drains, so that not all come back at once. Default 5,000. */
  readonly drainOver?: number;
}

export type ChannelsRules = Readonly<Required<ChannelsOptions>>;

/** Throws `TF_RT_OPTION` with every problem. */
export function parseChannelsOptions(options: ChannelsOptions): ChannelsRules {
  const rules: ChannelsRules = {
    keep: options.keep ?? 1_000,
    keepFor: options.keepFor ?? 3_600_000,
    maxBuffered: options.maxBuffered ?? 1_048_576,
    maxMessage: options.maxMessage ?? 65_536,
    maxRooms: options.maxRooms ?? 100,
    beat: options.beat ?? 15_000,
    drainOver: options.drainOver ?? 5_000,
  };
  const lines = Object.entries(rules)
    .filter(([name, value]) => !(Number.isSafeInteger(value) && value >= (name === "drainOver" ? 0 : 1)))
    .map(([name, value]) => `channels.${name}: ${value} is no whole number from 1`);
  if (lines.length > 0) throw new Fault("TF_RT_OPTION", lines.join("; "), { lines });
  return rules;
}
