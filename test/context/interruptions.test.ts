import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { testFolder } from '../helpers/testRepo.ts';
import { isLong } from '../support/isLong.ts';
import { describeWith } from '../support/parts.ts';
import { scrubbedEnvironment, shipyarn } from '../support/run.ts';
import { acme } from '../workspace/acme.ts';
import { yarnRepo } from '../workspace/yarnRepo.ts';

const cli = join(import.meta.dirname, '../../dist/bin.cjs');

await describeWith(['linux'], 'a context that is being written', () => {
  it.each(isLong ? ['--out', '--tar'] : ['--out'])(
    'with %s is there whole or not at all, whatever ends the run',
    async (option) => {
      const { root: cwd } = yarnRepo(4, { ...acme, 'services/api/zeros': Buffer.alloc(150_000_000) });
      const parent = testFolder();
      const args = ['context', 'api', '--commit', 'HEAD', option, join(parent, 'context')];
      const endedBy = async (signal: NodeJS.Signals) => {
        const child = spawn(process.execPath, [cli, ...args], { cwd, env: await scrubbedEnvironment() });
        const closed = once(child, 'close');
        while (readdirSync(parent).length === 0) await wait(5);
        child.kill(signal);
        return (await closed)[0];
      };
      expect(await endedBy('SIGTERM')).toBe(1);
      expect(readdirSync(parent)).toEqual([]);
      expect(await endedBy('SIGKILL')).toBe(null);
      expect(readdirSync(parent)).toEqual([expect.stringMatching(/^shipyarn-(out|tar)-/)]);
      expect(await shipyarn(args, { cwd })).toMatchObject({ exitCode: 0, stderr: '' });
      expect(readdirSync(parent)).toEqual(['context']);
    },
  );
});
