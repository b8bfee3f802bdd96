/** What a copy of the code gave. */
export interface TakenCode {
  /** Absolute: where the release's commands run. */
  readonly directory: string;
  /** Of names, modes and contents of all files. */
  readonly hash: string;
}

/** Where the code of a release comes from. */
export type CodeSource =
  /** The project's directory as it is now. */
  /** An excluded name counts at every depth; `/name`, in the directory itself alone. */
  | { readonly kind: "directory"; readonly directory: string; readonly exclude: readonly string[] }
  /** A directory that was made for this release, such as an extracted revision; it is moved. */
  | { readonly kind: "extracted"; readonly directory: string };

/** Keeps the code of releases, each in a directory of its own that nothing else changes. */
export interface ReleaseStore {
  /**
   * Takes the code of a release. A copy that was interrupted is begun anew.
   * Faults: TF_RELEASE_CODE, TF_DISK_FULL, TF_NOT_WRITABLE.
   */
  take(release: number, source: CodeSource): Promise<TakenCode>;
  /** Removes the code of a release; its absence is success. */
  remove(release: number): Promise<void>;
}
