const cleanUps: (() => unknown)[] = [];

/**
 * Vitest's `afterAll` for modules that test files import: they are loaded once in a worker and serve all its files, where
 * `afterAll` would count for the first one alone. What was registered last runs first.
 */
export function whenFileEnds(cleanUp: () => unknown): void {
  cleanUps.unshift(cleanUp);
}

/** Runs what is registered, all of it even where some fails. */
export async function endFile(): Promise<void> {
  const failures: unknown[] = [];
  for (const cleanUp of cleanUps) {
    try {
      await cleanUp();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, 'cleaning up after a test file failed');
}
