/** What was seen, and where. */
export interface Evidence {
  readonly file: string;
  readonly what: string;
}

/** A process of the application, as the fleet's file would have it, with the reason for it. */
export interface ProposedProcess {
  readonly command: string;
  /** Where it runs; absent: beside the file. */
  readonly directory?: string;
  readonly why: string;
}

export interface ProposedWorker extends ProposedProcess {
  readonly queue?: string;
}

/** What of the web tier differs from the defaults. */
export interface ProposedWeb extends ProposedProcess {
  readonly health?: { readonly path: string; readonly why: string };
  readonly sticky?: { readonly why: string };
}

/** Something that a fleet has or has not, with the reason for it. */
export interface ProposedService {
  readonly why: string;
}

/** What `tenfold.yaml` would hold, with reasons. */
export interface Proposal {
  readonly name: string;
  readonly web: ProposedWeb;
  readonly workers: Readonly<Record<string, ProposedWorker>>;
  readonly scheduler: ProposedProcess | null;
  readonly release: ProposedProcess | null;
  readonly postgres: ProposedService | null;
  readonly redis: ProposedService | null;
}

/** What `init` makes of a project: a proposal, or the names of what it looked for in vain. */
export type Detection =
  | {
      readonly found: true;
      readonly name: string;
      /** `Flask`, `Express`, `Procfile`: for people. */
      readonly framework: string;
      readonly evidence: readonly Evidence[];
      readonly proposal: Proposal;
      /** Sentences on what the user should look at. */
      readonly warnings: readonly string[];
    }
  | {
      readonly found: false;
      readonly name: string;
      readonly lookedFor: readonly string[];
      readonly warnings: readonly string[];
    };

/**
 * How sure a candidate is of the command, from the surest on. A development server comes after an image's command, since
 * that is how somebody meant to run it; a guess comes last.
 */
export const RANKS: readonly Rank[] = ["procfile", "framework", "image", "script", "development", "guess"];

export type Rank = "procfile" | "framework" | "image" | "script" | "development" | "guess";

/** One way to start the application. */
export interface Candidate {
  readonly framework: string;
  readonly rank: Rank;
  readonly evidence: readonly Evidence[];
  readonly web: ProposedWeb;
  readonly warnings: readonly string[];
  /** Only a Procfile says all of these, and then nothing else is looked for. */
  readonly processes?: Processes;
}

/** What runs beside the web tier. */
export interface Processes {
  readonly workers: Readonly<Record<string, ProposedWorker>>;
  readonly scheduler: ProposedProcess | null;
  readonly release: ProposedProcess | null;
  readonly warnings: readonly string[];
}

export const NO_PROCESSES: Processes = { workers: {}, scheduler: null, release: null, warnings: [] };
