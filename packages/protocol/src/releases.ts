export interface ReleaseReport {
  readonly release: number;
  /** `warm`: its instances run and get no requests. `kept`: its code is there, to go back to. */
  readonly state: "current" | "canary" | "warm" | "kept" | "failed";
  /** ISO 8601. */
  readonly createdAt: string;
  readonly hash: string;
  /** `in-place`: the project's directory; `copy`: a copy of it; `revision`: a commit. */
  readonly source: "in-place" | "copy" | "revision";
  readonly revision: string | null;
  readonly failure: string | null;
}

/** `releases --json`, the newest first. */
export interface ReleasesReport {
  readonly version: 1;
  readonly fleet: string;
  readonly releases: readonly ReleaseReport[];
}
