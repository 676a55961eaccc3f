// Sums the results that vitest's json reporter left in a folder, one file per run, and prints what failed and, last,
// the closing line: whoever sees only the end of a log sees the reasons, too.
// usage: node summary.mjs <folder> <number of commands that failed>
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const [folder, problems] = process.argv.slice(2);
const runs = ['test.json', 'long.json'];
const present = new Set(readdirSync(folder));
const sum = { passed: 0, failed: 0, skipped: 0 };
/** Of a failure's message; a report may hold whole files. */
const shownLines = 40;

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
  for (const file of brokenFiles) showFailure(file, 'the file itself', [file.message]);
  for (const file of result.testResults) {
    for (const one of file.assertionResults.filter(({ status }) => status === 'failed')) {
      showFailure(file, one.fullName, one.failureMessages);
    }
  }
  sum.passed += result.numPassedTests;
  sum.failed += result.numFailedTests + brokenFiles.length;
  sum.skipped += result.numPendingTests + result.numTodoTests;
}
// A hook after the tests, an unhandled rejection, the setup itself: no test of its own counts them.
if (Number(problems) > 0 && sum.failed === 0) sum.failed = Number(problems);

console.log(`${sum.passed} passed, ${sum.failed} failed${sum.skipped > 0 ? `, ${sum.skipped} skipped` : ''}`);
process.exitCode = sum.failed === 0 && sum.passed > 0 ? 0 : 1;

function showFailure(file, name, messages) {
  const text = messages.join('\n').split('\n').slice(0, shownLines).join('\n');
  console.log(`\nFAILED ${path.relative(process.cwd(), file.name)} > ${name}\n${text}`);
}
