import path from 'node:path';
import { expect, test } from 'vitest';
import { itLong } from './isLong.ts';
import { type RunResult, run } from './run.ts';

const project = path.resolve(import.meta.dirname, '../..');

/** Runs a test file that needs an engine on a machine that has none. */
function testWithoutEngine(env: Record<string, string>): Promise<RunResult> {
  const vitest = [
    'node_modules/vitest/vitest.mjs',
    'run',
    'test/image/hostBase.test.ts',
    '-t',
    'parts it needs',
  ];
  return run(process.execPath, vitest, {
    cwd: project,
    env: { DOCKER_HOST: 'unix:///nowhere/docker.sock', NO_COLOR: '1', ...env },
  });
}

test('a missing part is skipped, and the run says why', async () => {
  const { exitCode, stdout } = await testWithoutEngine({});
  expect(stdout).toMatch(/Skipped:\n.*has the parts it needs: engine: no Docker Engine answers/);
  expect(exitCode).toBe(0);
});

test('a missing part that SHIPYARN_TEST_REQUIRE names is a failure', async () => {
  const { exitCode, stderr } = await testWithoutEngine({ SHIPYARN_TEST_REQUIRE: 'registry,engine' });
  expect(stderr).toContain(
    'required by SHIPYARN_TEST_REQUIRE, but missing: engine: no Docker Engine answers',
  );
  expect(exitCode).toBe(1);
});

itLong('a name in SHIPYARN_TEST_REQUIRE that is no part is a failure', async () => {
  const { exitCode, stderr } = await testWithoutEngine({ SHIPYARN_TEST_REQUIRE: 'engin' });
  expect(stderr).toContain('SHIPYARN_TEST_REQUIRE names "engin"; the parts are linux, engine, registry,');
  expect(exitCode).toBe(1);
});
