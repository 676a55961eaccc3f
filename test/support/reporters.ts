import path from 'node:path';
import type { Reporter, TestModule } from 'vitest/node';

/** Says at the end of a run why tests were skipped. Those that `-t` left out have no reason to tell. */
const skipReporter: Reporter = {
  onTestRunEnd(modules) {
    const lines = modules.flatMap(skippedTests);
    if (lines.length > 0) process.stdout.write(`\nSkipped:\n${lines.join('\n')}\n`);
  },
};

function skippedTests(module: TestModule): string[] {
  return [...module.children.allTests('skipped')].flatMap((test) => {
    const result = test.result();
    if (result.state !== 'skipped' || result.note === undefined) return [];
    return [`  ${module.relativeModuleId} > ${test.fullName}: ${result.note}`];
  });
}

/**
 * The reporters of one run. With SHIPYARN_TEST_REPORT, a folder, its result is also written there
 * as `<run>.json`, which is what `.ci/run` counts.
 */
export function reporters(run: string): (string | Reporter | [string, Record<string, unknown>])[] {
  const folder = process.env.SHIPYARN_TEST_REPORT;
  const shown = ['default', skipReporter];
  if (folder === undefined || folder === '') return shown;
  return [...shown, ['json', { outputFile: path.join(folder, `${run}.json`) }]];
}
