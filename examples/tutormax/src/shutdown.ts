import { errorFields, type Log } from "./log.ts";

export interface ShutdownOptions {
  readonly log: Log;
  /** Milliseconds that `stop` may take. Less than the time that a supervisor waits before SIGKILL. */
  readonly deadline: number;
  /** Finishes what is under way, and closes what is open. */
  readonly stop: () => Promise<void>;
}

/**
 * Ends the process at SIGTERM or SIGINT: `stop`, then exit 0. Exit 1 when `stop` fails, when it takes longer than the
 * deadline, or at a second signal, which does not wait. An error that nobody caught is logged and ends it with 1.
 */
export function onShutdown({ log, deadline, stop }: ShutdownOptions): void {
  let stopping = false;

  const begin = (signal: NodeJS.Signals) => {
    if (stopping) {
      log.warn("forced to exit", { signal });
      process.exit(1);
    }
    stopping = true;
    log.info("stopping", { signal });
    // This timer holds the process: a stop that waits for nothing would otherwise look like a clean end.
    setTimeout(() => {
      log.error("did not stop in time", { deadline });
      process.exit(1);
    }, deadline);
    stop().then(
      () => {
        log.info("stopped");
        process.exit(0);
      },
      (error: unknown) => {
        log.error("failed to stop", errorFields(error));
        process.exit(1);
      },
    );
  };

  process.on("SIGTERM", begin);
  process.on("SIGINT", begin);
  process.on("uncaughtException", (error) => {
    log.error("crashed", errorFields(error));
    process.exit(1);
  });
}
