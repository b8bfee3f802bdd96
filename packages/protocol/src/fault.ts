/** A fault on the wire. */
export interface FaultMessage {
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
  readonly lines: readonly string[];
}
