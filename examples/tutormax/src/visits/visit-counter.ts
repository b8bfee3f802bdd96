export interface Visit {
  /** The visitor: the one who was given, or a new one where that one is unknown. */
  readonly visitor: string;
  /** How often this visitor has come, this time included. */
  readonly visits: number;
}

/** Counts how often each visitor comes. Visitors are forgotten 30 days after they last came. */
export interface VisitCounter {
  /**
   * Counts a visit once, however often it is called for one request. A visitor whom nobody knows is not adopted but
   * gets a new id, so that nobody can choose the id of another. Throws Unavailable.
   */
  count(visitor: string | null, request: string): Promise<Visit>;
}

/** Seconds. */
export const REMEMBERED: number = 30 * 24 * 60 * 60;
