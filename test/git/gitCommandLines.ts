import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { testFolder } from '../helpers/testRepo.ts';

/**
 * An environment in which Git notes every command line that it starts or is started with, however short its life is;
 * those of its transports and helpers, too.
 * @see https://git-scm.com/docs/api-trace2
 */
export function gitCommandLines(): { env: Record<string, string>; lines(): string[] } {
  const folder = testFolder();
  const lines = () =>
    readdirSync(folder)
      .flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n').filter(Boolean))
      .flatMap((line) => (JSON.parse(line).argv as string[] | undefined)?.join(' ') ?? []);
  return { env: { GIT_TRACE2_EVENT: folder, GIT_TRACE_REDACT: '0' }, lines };
}
