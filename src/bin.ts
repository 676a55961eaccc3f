#!/usr/bin/env node
import { optimizeLater } from './cli/optimizeLater.ts';
import { runCli } from './cli/runCli.ts';

optimizeLater();

// Whoever reads the output may have seen enough: `shipyarn affected | head -1`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit();
  process.stderr.write(`error Standard output cannot be written (${error.code}).\n`);
  process.exit(1);
});

// Of a run that ends before it is done, for nothing is left to wait for.
process.exitCode = 1;
const running = runCli({
  argv: process.argv.slice(2),
  cwd: process.cwd(),
  env: process.env,
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  end: (exitStatus) => process.exit(exitStatus),
});
running.then((exitStatus) => {
  process.exitCode = exitStatus;
});
