/** Time comes in from outside, so that planning is a function of values. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
}
