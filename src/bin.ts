#!/usr/bin/env node
import { bundleLoader, loading } from './bytecode.ts';

const { stdout, stderr } = loading(() => ({ stdout: process.stdout, stderr: process.stderr }));

// Whoever reads the output may have seen enough: `shipyarn affected | head -1`.
stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit();
  stderr.write(`error Standard output cannot be written (${error.code}).\n`);
  process.exit(1);
});

let isDone = false;
process.once('beforeExit', () => {
  if (isDone) return;
  stderr.write('error The run ended before it was done. This is a mistake in shipyarn.\n');
  process.exitCode = 1;
});

// Bundled beside this file, with all that it leads to.
const { runCli } = bundleLoader(import.meta.dirname)('./runCli.cjs') as typeof import('./cli/runCli.ts');

runCli({
  argv: process.argv.slice(2),
  cwd: process.cwd(),
  env: process.env,
  stdout,
  stderr,
  end: (exitStatus) => process.exit(exitStatus),
}).then((exitStatus) => {
  isDone = true;
  process.exitCode = exitStatus;
});
