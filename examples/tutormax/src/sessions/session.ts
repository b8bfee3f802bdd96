/** A tutoring session, as a tutor or student reports it. */
export interface NewSession {
  readonly tutor: string;
  readonly student: string;
  readonly subject: string;
  readonly minutes: number;
  /** 1 to 5. */
  readonly rating: number;
}

/** A tutoring session that is on record. */
export interface Session extends NewSession {
  readonly id: number;
  /** ISO 8601, UTC. */
  readonly recorded_at: string;
}

export interface TutorMetrics {
  readonly tutor: string;
  readonly sessions: number;
  readonly minutes: number;
  readonly average_rating: number;
  readonly last_session: string;
}

export interface DailyMetrics {
  /** `2026-11-20`, UTC. */
  readonly day: string;
  readonly sessions: number;
  readonly minutes: number;
  readonly average_rating: number;
}
