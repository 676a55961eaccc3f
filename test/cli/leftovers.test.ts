import { spawn } from 'node:child_process';
import { mkdir, readdir, utimes } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ourselves } from '../../src/cleanup/processes.ts';
import { folderPrefix, sweepFolders } from '../../src/cleanup/sweepFolders.ts';
import { describeWith } from '../support/parts.ts';
import { tempDir } from '../support/tempDir.ts';

const { pid, started, namespace } = ourselves();
const yesterday = new Date(Date.now() - 25 * 60 * 60_000);

async function sweeping(names: readonly string[]): Promise<string[]> {
  const parent = await tempDir('sweep');
  for (const name of names) await mkdir(path.join(parent, name, 'inside'), { recursive: true });
  await sweepFolders(parent);
  return (await readdir(parent)).sort();
}

/** An id that no process has any more. */
async function endedProcess(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '']);
  await new Promise((resolve) => child.on('close', resolve));
  return child.pid as number;
}

await describeWith(['linux'], 'temporary folders of runs that were killed', () => {
  it('are removed, and those of runs that go on are not', async () => {
    const mine = `${folderPrefix('infra')}abcdef`;
    const dead = `shipyarn-infra-${await endedProcess()}.${started}.${namespace}-abcdef`;
    // The id was given to another process since: to this one.
    const reused = `shipyarn-git-${pid}.${started - 1}.${namespace}-abcdef`;
    expect(await sweeping([mine, dead, reused])).toEqual([mine]);
  });

  it('are left alone for a day where another container made them', async () => {
    const parent = await tempDir('sweep');
    const fresh = `shipyarn-infra-1.5.${namespace + 1}-abcdef`;
    const old = `shipyarn-infra-2.5.${namespace + 1}-abcdef`;
    for (const name of [fresh, old]) await mkdir(path.join(parent, name));
    await utimes(path.join(parent, old), yesterday, yesterday);
    await sweepFolders(parent);
    expect(await readdir(parent)).toEqual([fresh]);
  });
});

describe('folders of others', () => {
  it('are left alone, whatever they are called', async () => {
    const others = [
      'shipyarn-demo-AbCdEf',
      'shipyarn-notes',
      'other-git-1.1.1-abcdef',
      'shipyarn-git-1-abcdef',
    ];
    expect(await sweeping(others)).toEqual([...others].sort());
  });
});
