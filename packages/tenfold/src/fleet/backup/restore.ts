import type { ObjectStore } from "../../spec/backups/backups.ts";
import type { Topology } from "../state.ts";
import type { RestoreTarget } from "./choose.ts";
import type { Part } from "./manifest.ts";

/** A place other than the fleet's own. Keys may be references to variables. */
export interface Origin {
  readonly to: string;
  readonly s3: ObjectStore | null;
}

/**
 * A restore that was begun. `staging`: data is fetched and played back beside the fleet, which runs on. `replacing`:
 * the fleet's members have stopped, or are about to, and directories change places. `starting`: they start with the new
 * data. `returning`: it has failed, and all becomes as it was. Until it has ended, what it replaces is kept, and comes back when it fails.
 */
export interface Restore {
  /** Names its directories; another one for each attempt at staging. */
  readonly id: string;
  readonly stage: "staging" | "replacing" | "starting" | "returning";
  readonly backup: string;
  readonly to: RestoreTarget;
  readonly parts: readonly Part[];
  /** `null`: the fleet's own place. */
  readonly from: Origin | null;
  /** Who led before it. */
  readonly before: Pick<Topology, "postgresPrimary" | "redisMaster">;
}
