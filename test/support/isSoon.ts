import { expect } from 'vitest';

/** That something which is given up after a second at most does end; some wait twice or thrice. */
export async function isSoon(work: Promise<unknown>): Promise<void> {
  const started = Date.now();
  await work;
  expect(Date.now() - started).toBeLessThan(20_000);
}
