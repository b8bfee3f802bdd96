/** Exit codes of the command line: a contract (docs/reference/faults.md). */
export type Exit = "done" | "failed" | "input" | "machine" | "locked";

export const EXIT_CODES: Readonly<Record<Exit, number>> = { done: 0, failed: 1, input: 2, machine: 3, locked: 4 };

export type FaultCode =
  | "TF_ARGUMENT"
  | "TF_SPEC_INVALID"
  | "TF_SPEC_SYNTAX"
  | "TF_SPEC_THROWS"
  | "TF_SPEC_NOT_FOUND"
  | "TF_FILE_UNREADABLE"
  | "TF_SPEC_EXISTS"
  | "TF_ENV_FILE"
  | "TF_ENV_MISSING"
  | "TF_MEMBER_UNKNOWN"
  | "TF_NO_TERMINAL"
  | "TF_NOT_CONFIGURED"
  | "TF_MISSING_PROGRAM"
  | "TF_OLD_PROGRAM"
  | "TF_UNSUPPORTED_SYSTEM"
  | "TF_NEEDS_ROOT"
  | "TF_INSTALL_FAILED"
  | "TF_USER"
  | "TF_PORT_TAKEN"
  | "TF_NO_FREE_PORT"
  | "TF_DISK_FULL"
  | "TF_NOT_WRITABLE"
  | "TF_POSTGRES_DATA_VERSION"
  | "TF_STATE_NEWER"
  | "TF_STATE_DAMAGED"
  | "TF_ENGINE_START"
  | "TF_ENGINE_GONE"
  | "TF_ENGINE_VERSION"
  | "TF_NOT_RUNNING"
  | "TF_LOCKED"
  | "TF_MEMBER_EXITED"
  | "TF_MEMBER_NOT_READY"
  | "TF_WRONG_PORT"
  | "TF_RELEASE_FAILED"
  | "TF_RELEASE_CODE"
  | "TF_BUILD_FAILED"
  | "TF_SMOKE_FAILED"
  | "TF_DEPLOY_FAILED"
  | "TF_RELEASE_UNKNOWN"
  | "TF_CANARY"
  | "TF_PREPARE_FAILED"
  | "TF_CONFIG_REJECTED"
  | "TF_BALANCER_SILENT"
  | "TF_BALANCER_REFUSED"
  | "TF_FAILOVER_REFUSED"
  | "TF_BACKUP_PLACE"
  | "TF_BACKUP_FAILED"
  | "TF_BACKUP_DAMAGED"
  | "TF_BACKUP_UNKNOWN"
  | "TF_VERIFY_FAILED"
  | "TF_RESTORE_TIME"
  | "TF_RESTORE_FAILED"
  | "TF_RESTORE_OCCUPIED"
  | "TF_IMPORT_FILE"
  | "TF_IMPORT_FAILED"
  | "TF_IMPORT_OCCUPIED"
  | "TF_CANCELLED"
  | "TF_UNHEALTHY"
  | "TF_SCENARIO"
  | "TF_LOAD_HOST"
  | "TF_LOAD_LIMIT"
  | "TF_PLAN_FILE"
  | "TF_PLAN_LIMIT"
  | "TF_MEASURE"
  | "TF_DRILL_DATABASE"
  | "TF_TRACE";

export interface CatalogueEntry {
  readonly exit: Exit;
  /** When it happens, in one sentence; the reference page is checked against it. */
  readonly when: string;
}

/** Every fault that a user can meet, with its exit code. */
export const CATALOGUE: Readonly<Record<FaultCode, CatalogueEntry>> = {
  TF_ARGUMENT: { exit: "input", when: "An argument or option of a command is not understood." },
  TF_SPEC_INVALID: { exit: "input", when: "The fleet file has one or more problems; all are listed." },
  TF_SPEC_SYNTAX: {
    exit: "input",
    when: "The fleet file is no valid YAML, JSON, TypeScript or Procfile; or a scenario is no valid YAML or JSON.",
  },
  TF_SPEC_THROWS: { exit: "input", when: "The fleet file is a program and it threw." },
  TF_SPEC_NOT_FOUND: {
    exit: "input",
    when: "No fleet file was found, nothing was detected, and no `--command` was given.",
  },
  TF_FILE_UNREADABLE: {
    exit: "input",
    when: "A fleet file or an `.env` file exists and cannot be read: a directory, no permission, no UTF-8, too large.",
  },
  TF_SPEC_EXISTS: { exit: "input", when: "`init` would overwrite a fleet file." },
  TF_ENV_FILE: { exit: "input", when: "A line of an `.env` file is not understood." },
  TF_ENV_MISSING: { exit: "input", when: "A `${VARIABLE}` is referred to and nothing defines it." },
  TF_MEMBER_UNKNOWN: { exit: "input", when: "No member, group or worker has that name." },
  TF_NO_TERMINAL: {
    exit: "input",
    when: "A question must be answered and there is no terminal to ask on; `-y` answers yes.",
  },
  TF_NOT_CONFIGURED: { exit: "input", when: "The command needs a service that this fleet does not have." },
  TF_MISSING_PROGRAM: { exit: "machine", when: "A program that the fleet needs is not installed." },
  TF_OLD_PROGRAM: {
    exit: "machine",
    when: "A program that the fleet needs is older than the oldest supported version.",
  },
  TF_UNSUPPORTED_SYSTEM: {
    exit: "machine",
    when: "Programs are missing, and this system's package manager is not known to Tenfold.",
  },
  TF_NEEDS_ROOT: { exit: "machine", when: "Programs are missing, and installing them needs root or sudo." },
  TF_INSTALL_FAILED: { exit: "machine", when: "The package manager failed to install what is missing." },
  TF_USER: {
    exit: "machine",
    when: "The system's user that members should run as does not exist, cannot be made, or cannot be switched to.",
  },
  TF_PORT_TAKEN: { exit: "machine", when: "A port that the fleet file names is in use by another process." },
  TF_NO_FREE_PORT: { exit: "machine", when: "No free port is left in the range that members use." },
  TF_DISK_FULL: { exit: "machine", when: "A file could not be written, because the disk is full." },
  TF_NOT_WRITABLE: {
    exit: "machine",
    when: "A file or directory could not be written: permission or its directory is missing, or it is a directory itself.",
  },
  TF_POSTGRES_DATA_VERSION: {
    exit: "machine",
    when: "The data directory was made by another major version of PostgreSQL.",
  },
  TF_STATE_NEWER: { exit: "machine", when: "`.tenfold` was written by a newer version of Tenfold." },
  TF_STATE_DAMAGED: { exit: "failed", when: "`.tenfold` cannot be read, neither the state nor its previous copy." },
  TF_ENGINE_START: { exit: "failed", when: "The engine did not start." },
  TF_ENGINE_GONE: { exit: "failed", when: "The engine stopped or was killed while it answered." },
  TF_ENGINE_VERSION: { exit: "failed", when: "The running engine is of another version of Tenfold." },
  TF_NOT_RUNNING: { exit: "failed", when: "The command needs a running fleet, and none runs here." },
  TF_LOCKED: { exit: "locked", when: "Another operation holds the lock." },
  TF_MEMBER_EXITED: { exit: "failed", when: "A member exited before it was ready." },
  TF_MEMBER_NOT_READY: { exit: "failed", when: "A member did not become ready in time." },
  TF_WRONG_PORT: { exit: "failed", when: "An instance listens on another port than the one in $PORT." },
  TF_RELEASE_FAILED: { exit: "failed", when: "The release command failed." },
  TF_RELEASE_CODE: { exit: "failed", when: "The code of a release could not be copied." },
  TF_BUILD_FAILED: { exit: "failed", when: "The build command of a release failed; the release before it serves on." },
  TF_SMOKE_FAILED: {
    exit: "failed",
    when: "The smoke command refused a new release; the release before it serves on.",
  },
  TF_DEPLOY_FAILED: {
    exit: "failed",
    when: "A release could not be rolled out; the release before it serves, as before.",
  },
  TF_RELEASE_UNKNOWN: { exit: "input", when: "There is no such release to go back to, or its code is gone." },
  TF_CANARY: { exit: "input", when: "A canary is under way and stands in the way, or there is none to promote." },
  TF_PREPARE_FAILED: { exit: "failed", when: "A data directory or a configuration could not be prepared." },
  TF_CONFIG_REJECTED: { exit: "failed", when: "A service refused the configuration that was rendered for it." },
  TF_BALANCER_SILENT: { exit: "failed", when: "The balancer does not answer those who control it." },
  TF_BALANCER_REFUSED: { exit: "failed", when: "The balancer did not make a change that it was told to make." },
  TF_FAILOVER_REFUSED: {
    exit: "failed",
    when: "A switch of primary or master was refused, because it could lose data or has no candidate.",
  },
  TF_BACKUP_PLACE: {
    exit: "machine",
    when: "The place where backups are kept cannot be reached, or does not let Tenfold in.",
  },
  TF_BACKUP_FAILED: { exit: "failed", when: "A part of the data could not be saved; no backup was made." },
  TF_BACKUP_DAMAGED: { exit: "failed", when: "A file of a backup is missing, or is not what was once written." },
  TF_BACKUP_UNKNOWN: { exit: "input", when: "There is no such backup, or none at all." },
  TF_VERIFY_FAILED: { exit: "failed", when: "A backup was restored for a try, and differs from what the fleet has." },
  TF_RESTORE_TIME: {
    exit: "input",
    when: "The moment to restore is before the first backup, after the end of the log, or the log is not kept.",
  },
  TF_RESTORE_FAILED: { exit: "failed", when: "A restore failed; everything is as it was before it." },
  TF_RESTORE_OCCUPIED: { exit: "input", when: "The directory to restore into has a fleet, or other files, already." },
  TF_IMPORT_FILE: { exit: "input", when: "The file to import is no dump of PostgreSQL, or cannot be read." },
  TF_IMPORT_FAILED: { exit: "failed", when: "A dump could not be loaded; the database is as it was before it." },
  TF_IMPORT_OCCUPIED: { exit: "input", when: "The database has tables already, and `--replace` was not given." },
  TF_CANCELLED: { exit: "failed", when: "The operation was cancelled." },
  TF_DRILL_DATABASE: {
    exit: "failed",
    when: "The database does not let a drill keep its own tables, or does not answer.",
  },
  TF_UNHEALTHY: { exit: "failed", when: "The fleet is not healthy." },
  TF_SCENARIO: {
    exit: "input",
    when: "The scenario or trace of a load does not exist or has problems; all are listed.",
  },
  TF_LOAD_HOST: { exit: "input", when: "A load was asked for on a host that is unknown or not this machine." },
  TF_LOAD_LIMIT: {
    exit: "input",
    when: "A load was asked for that is larger or longer than is done without being told so.",
  },
  TF_TRACE: { exit: "input", when: "The trace that is to be simulated cannot be read, or is no trace." },
  TF_PLAN_FILE: {
    exit: "input",
    when: "A table of prices, or a measurement to plan by, does not exist or has problems; all are listed.",
  },
  TF_PLAN_LIMIT: {
    exit: "input",
    when: "No number of instances keeps to the limit, because a request by itself takes longer, or more than 1,000 would be needed; or a measurement does not say.",
  },
  TF_MEASURE: {
    exit: "failed",
    when: "The running fleet could not be measured: it keeps to its limits at no rate, or something else stands in the way.",
  },
};
