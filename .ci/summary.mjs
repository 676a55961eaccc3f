// Sums the results that vitest's json reporter left in a folder, one file per run, and prints the closing line.
// usage: node summary.mjs <folder> <number of commands that failed>
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const [folder, problems] = process.argv.slice(2);
const runs = ['test.json', 'long.json'];
const present = new Set(readdirSync(folder));
const sum = { passed: 0, failed: 0, skipped: 0 };

for (const name of runs) {
  if (!present.has(name)) {
    // The run died before it could report: that is a failure, too.
    console.error(`no result of ${name}`);
    sum.failed += 1;
    continue;
  }
  const result = JSON.parse(readFileSync(path.join(folder, name), 'utf8'));
  // A file that fails to load, or in a hook, fails without a failing test.
  const brokenFiles = result.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.every((one) => one.status !== 'failed'),
  );
  sum.passed += result.numPassedTests;
  sum.failed += result.numFailedTests + brokenFiles.length;
  sum.skipped += result.numPendingTests + result.numTodoTests;
}
// A hook after the tests, an unhandled rejection, the setup itself: no test of its own counts them.
if (Number(problems) > 0 && sum.failed === 0) sum.failed = Number(problems);

console.log(`${sum.passed} passed, ${sum.failed} failed${sum.skipped > 0 ? `, ${sum.skipped} skipped` : ''}`);
process.exitCode = sum.failed === 0 && sum.passed > 0 ? 0 : 1;
