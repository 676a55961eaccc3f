#!/usr/bin/env node
import { runCli } from './cli/runCli.ts';

// Whoever reads the output may have seen enough: `shipyarn affected | head -1`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit();
  throw error;
});

process.exitCode = await runCli({
  argv: process.argv.slice(2),
  cwd: process.cwd(),
  env: process.env,
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  end: (exitStatus) => process.exit(exitStatus),
});
