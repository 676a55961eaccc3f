import { Writable } from 'node:stream';
import { runCli } from '../../src/cli/runCli.ts';
import { type RunResult, scrubbedEnvironment } from './run.ts';

/**
 * A command line in this very process: the same code without a start of Node, for runs by the thousand. Nothing of it
 * can be killed.
 */
export async function inProcess(args: readonly string[], cwd: string): Promise<RunResult> {
  const [stdout, stderr] = [collector(), collector()];
  const exitCode = await runCli({
    argv: [...args],
    cwd,
    env: await scrubbedEnvironment(),
    stdout: stdout.stream,
    stderr: stderr.stream,
    end: () => {
      throw new Error('a run in this process was to be ended');
    },
  });
  return { exitCode, stdout: stdout.text(), stderr: stderr.text() };
}

function collector(): { stream: Writable; text(): string } {
  const chunks: Buffer[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      chunks.push(Buffer.from(chunk));
      done();
    },
  });
  return { stream, text: () => Buffer.concat(chunks).toString() };
}
