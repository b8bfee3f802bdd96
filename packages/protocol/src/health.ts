export interface HealthCheck {
  readonly name: string;
  readonly status: "ok" | "failed";
  readonly detail: string;
}

/** `health --json`. */
export interface HealthReport {
  readonly version: 1;
  readonly status: "healthy" | "degraded" | "down";
  readonly checks: readonly HealthCheck[];
}
