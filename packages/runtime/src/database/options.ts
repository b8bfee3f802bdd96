import { Fault } from "../fault/index.ts";

/** Times in milliseconds. */
export interface DatabaseOptions {
  /** Connections to the primary. Default 10. */
  readonly connections?: number;
  /** Connections to each replica. Default 10. */
  readonly readConnections?: number;
  /** How long a connection is waited for: for a free one, and for the server. Default 5,000. */
  readonly patience?: number;
  /** Of a statement, on this side. Default 60,000. */
  readonly deadline?: number;
  /** Statements that take longer are told to `warn`, without their parameters. Default 500. */
  readonly slow?: number;
  /** A replica that is later takes no reads. Default 10,000. */
  readonly maxLag?: number;
  /** How often replicas are looked at while reads go to them. Default 250. */
  readonly lookEvery?: number;
  /**
   * Whether a statement's `name` is kept, so that the server prepares it once for a connection. Default `direct`: only where
   * no pooler is between, since PgBouncer below 1.21 fails by it.
   */
  readonly named?: "direct" | "always" | "never";
}

export type DatabaseRules = Readonly<Required<DatabaseOptions>>;

/** Throws `TF_RT_OPTION` with every problem. */
export function parseDatabaseOptions(options: DatabaseOptions): DatabaseRules {
  const rules: DatabaseRules = {
    connections: options.connections ?? 10,
    readConnections: options.readConnections ?? 10,
    patience: options.patience ?? 5_000,
    deadline: options.deadline ?? 60_000,
    slow: options.slow ?? 500,
    maxLag: options.maxLag ?? 10_000,
    lookEvery: options.lookEvery ?? 250,
    named: options.named ?? "direct",
  };
  const least = { connections: 1, readConnections: 1, patience: 1, deadline: 1, slow: 0, maxLag: 0, lookEvery: 10 };
  const lines = Object.entries(least)
    .filter(([name, value]) => !((rules[name as keyof DatabaseRules] as number) >= value))
    .map(([name, value]) => `db.${name}: ${rules[name as keyof DatabaseRules]} is not ${value} or more`);
  if (lines.length > 0) throw new Fault("TF_RT_OPTION", lines.join("; "), { lines });
  return rules;
}
