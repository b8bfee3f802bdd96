/** A stretch of time in which a rate goes straight from one value to another; rates are a second. */
export interface Stretch {
  readonly seconds: number;
  readonly from: number;
  readonly to: number;
}
