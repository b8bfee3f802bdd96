/** What every part is: something that ends. */
export interface Part {
  /** Lets go of what it holds; what waits on it fails with `TF_RT_CLOSED`. Idempotent. */
  close(): Promise<void>;
}
