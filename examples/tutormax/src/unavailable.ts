/** A service did not answer in time. Trying again later may help, so a visitor gets a 503 with Retry-After. */
export class Unavailable extends Error {
  override readonly name = "Unavailable";
}
