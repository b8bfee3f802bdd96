/** Clients that ask all the time: when they are not answered, the service is out. */
export interface Steady {
  /** When the last of them was answered well, in milliseconds since 1970. */
  readonly lastAt: number;
}

/** Clients that do something to a fleet until they are stopped, and can tell afterwards what became of it. */
export interface Work<Verdict> {
  /** How much has ended well so far. */
  readonly done: number;
  /** Begins nothing more, and waits for what is under way. */
  stop(): Promise<void>;
  /** Compares what was told with what is there. Only after `stop`. */
  verdict(): Promise<Verdict>;
  /** Closes connections. */
  close(): void;
}
