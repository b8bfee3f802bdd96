/** WebSocket's code for a server that is about to start anew, and for one that goes away. */
const LEAVING = new Set([1001, 1012]);
/** Codes after which coming back would change nothing: what was said is not understood, or the session is over. */
const FOR_GOOD = new Set([1002, 1003, 1007, 1008, 1009]);

/** Milliseconds until the next attempt, `null` for none. `random` from 0 to 1: so that not all come back at once. */
export function reconnectAfter(code: number, attempt: number, random: number): number | null {
  if (FOR_GOOD.has(code)) return null;
  if (LEAVING.has(code) && attempt === 0) return random * 1_000;
  return random * Math.min(30_000, 500 * 2 ** attempt);
}
