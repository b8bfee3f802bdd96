/** What instances did since the sample before. */
export interface WebWork {
  /** Seconds that they were busy, of their bottleneck: CPU, or slots where concurrency is bounded. */
  readonly busySeconds: number;
  /** Requests that they finished in that time. */
  readonly requests: number;
  /** Seconds that there were, of all of them together; absent where nobody knows when they are full. */
  readonly seconds?: number;
  /** What they may have been busy for at most; `busySeconds` when absent. */
  readonly most?: number;
}

/** What was seen of the web tier since the sample before. Rates are a second. */
export interface WebSample {
  /** When the newest of the measurements was taken, milliseconds since 1970. */
  readonly at: number;
  /** Requests that reached the balancer, those that it refused included. */
  readonly arrivals: number;
  /** Of those, the ones refused because the fleet was full. They are demand like any other. */
  readonly shed: number;
  /** Share of the answers that were server errors, 0 to 1; refused requests do not count. */
  readonly failed: number;
  /** Requests that wait in the balancer now. */
  readonly queued: number;
  /**
   * What the work cost. Only of instances that are past their warm-up, so the CPU that a boot burns never counts. `null`
   * where it could not be measured.
   */
  readonly work: WebWork | null;
  /** Mean CPU of ready instances as a share of what each may use, 0 to 1. */
  readonly cpu: number | null;
  /** Mean memory of ready instances as a share of their limit, 0 to 1. */
  readonly memory: number | null;
  /** 95th percentile of the response time, milliseconds. */
  readonly p95: number | null;
}

/** The instances as they are now; the engine always knows. */
export interface WebCounts {
  /** How many there should be, by the last decision or by hand. Instances that crashed and come back are among them. */
  readonly wanted: number;
  readonly ready: number;
  /** Launched, not yet ready. They count as capacity to come. */
  readonly starting: number;
}
