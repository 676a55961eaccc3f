import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { run } from '../support/run.ts';
import { tempDir } from '../support/tempDir.ts';

const script = path.resolve(import.meta.dirname, '../../.ci/summary.mjs');

/** What the script reads of a result of vitest's json reporter. */
function result(
  passed: number,
  failed: number,
  skipped: number,
  files: { status: string; tests: string[] }[] = [],
) {
  return {
    numPassedTests: passed,
    numFailedTests: failed,
    numPendingTests: skipped,
    numTodoTests: 0,
    testResults: files.map(({ status, tests }) => ({
      name: path.resolve('test/a.test.ts'),
      status,
      message: 'Cannot find module',
      assertionResults: tests.map((one) => ({
        status: one,
        fullName: `test that ${one}`,
        failureMessages: one === 'failed' ? ['AssertionError: expected 1 to be 2\n    at a.test.ts:3'] : [],
      })),
    })),
  };
}

async function summary(results: Record<string, unknown>, failedCommands = 0) {
  const folder = await tempDir();
  for (const [name, value] of Object.entries(results)) {
    await writeFile(path.join(folder, `${name}.json`), JSON.stringify(value));
  }
  return run(process.execPath, [script, folder, String(failedCommands)], { cwd: process.cwd() });
}

const brokenFile = '\nFAILED test/a.test.ts > the file itself\nCannot find module\n';

test.each([
  ['adds up both runs', { test: result(5, 0, 0), long: result(2, 0, 0) }, 0, '7 passed, 0 failed', 0],
  [
    'counts what was skipped',
    { test: result(5, 0, 2), long: result(2, 0, 1) },
    0,
    '7 passed, 0 failed, 3 skipped',
    0,
  ],
  ['fails with a failed test', { test: result(5, 1, 0), long: result(2, 0, 0) }, 1, '7 passed, 1 failed', 1],
  [
    'counts a file that failed in a hook or did not load',
    {
      test: result(5, 0, 1, [
        { status: 'failed', tests: ['skipped'] },
        { status: 'failed', tests: [] },
      ]),
      long: result(2, 0, 0),
    },
    1,
    `${brokenFile}${brokenFile}7 passed, 2 failed, 1 skipped`,
    1,
  ],
  ['fails where a run left no result', { test: result(5, 0, 0) }, 0, '5 passed, 1 failed', 1],
  ['fails where nothing ran', { test: result(0, 0, 0), long: result(0, 0, 0) }, 0, '0 passed, 0 failed', 1],
  [
    'fails where only a command did',
    { test: result(5, 0, 0), long: result(2, 0, 0) },
    1,
    '7 passed, 1 failed',
    1,
  ],
])('%s', async (_, results, failedCommands, line, exitCode) => {
  const { stdout, exitCode: status } = await summary(results, failedCommands);
  expect(stdout).toBe(`${line}\n`);
  expect(status).toBe(exitCode);
});

test('tells again what failed, and why', async () => {
  const failed = result(1, 1, 0, [
    { status: 'failed', tests: ['passed', 'failed'] },
    { status: 'failed', tests: [] },
    { status: 'passed', tests: ['passed'] },
  ]);
  const { stdout } = await summary({ test: failed, long: result(2, 0, 0) });
  expect(stdout).toBe(`${brokenFile}
FAILED test/a.test.ts > test that failed
AssertionError: expected 1 to be 2
    at a.test.ts:3
3 passed, 2 failed
`);
});
