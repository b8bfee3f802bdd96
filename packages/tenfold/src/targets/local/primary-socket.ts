import type { FleetReport } from "@tenfold/protocol";
import type { StoredState } from "../../journal/state.ts";
import type { PrimarySocket } from "../target.ts";

/** Where the primary listens beside its port; `null`: none runs. */
export function primarySocketOf({ members }: FleetReport, state: StoredState | null): PrimarySocket | null {
  const primary = members.find(({ kind, role, pid }) => kind === "postgres" && role === "primary" && pid !== null);
  if (state === null || primary === undefined || primary.port === null) return null;
  return { directory: state.paths.run, port: primary.port };
}
