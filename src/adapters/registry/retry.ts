import { setTimeout as sleep } from 'node:timers/promises';

/** Something outside went wrong that may pass: a reset connection, 429, 5xx, bytes that arrived damaged. */
export class Passing extends Error {
  /** Seconds that the other side asked to wait (`Retry-After`). */
  readonly retryAfter: number | undefined;
  /** What to throw once there are no attempts left. */
  readonly final: Error;

  /** Attempts after which it does not pass any more; absent: the policy's. */
  readonly attempts: number | undefined;

  constructor(final: Error, hints: { retryAfter?: number | undefined; attempts?: number } = {}) {
    super(final.message, { cause: final });
    this.final = final;
    this.retryAfter = hints.retryAfter;
    this.attempts = hints.attempts;
  }
}

export interface RetryPolicy {
  /** Attempts in all. */
  attempts: number;
  /** Milliseconds before the second attempt; doubles after that. */
  firstDelay: number;
  /** Milliseconds; no wait is longer, whatever the other side asks. */
  longestDelay: number;
}

export const defaultRetryPolicy: RetryPolicy = { attempts: 6, firstDelay: 200, longestDelay: 10_000 };

/** Runs `attempt` until it gives something other than a {@link Passing} error. Waits grow and carry jitter. */
export async function retrying<T>(policy: RetryPolicy, attempt: (n: number) => Promise<T>): Promise<T> {
  for (let n = 1; ; n++) {
    try {
      return await attempt(n);
    } catch (error) {
      if (!(error instanceof Passing)) throw error;
      if (n >= Math.min(policy.attempts, error.attempts ?? policy.attempts)) throw error.final;
      await sleep(delayBefore(policy, n, error.retryAfter));
    }
  }
}

function delayBefore(policy: RetryPolicy, attemptsMade: number, retryAfter: number | undefined): number {
  const grown = policy.firstDelay * 2 ** (attemptsMade - 1) * (0.5 + Math.random());
  return Math.min(policy.longestDelay, Math.max(grown, (retryAfter ?? 0) * 1000));
}
