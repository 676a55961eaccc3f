import { expect, it } from 'vitest';
import { makeBaseline } from '../../src/plan/makeBaseline.ts';
import { changeOf, configWith } from './planValues.ts';

it('gives a first version to services without one, whatever their history, and leaves the rest', async () => {
  const { services } = await makeBaseline({
    head: { commit: 'b'.repeat(40), branch: 'main', dirty: false },
    changes: [
      changeOf({ last: null, manifestVersion: '4.1.0', commits: ['feat!: a', 'fix: b'] }),
      changeOf({ name: '@acme/web', last: '1.0.0', commits: ['feat: a'] }),
      changeOf({ name: '@acme/worker', last: null, takenVersions: new Set(['0.1.0']) }),
    ],
    config: configWith({ groups: { all: ['**'] } }),
    remoteUrl: null,
    now: Date.UTC(2026, 10, 21),
    root: import.meta.dirname,
  });
  expect(services.map(({ nextVersion, gitTag, changelog }) => [nextVersion, gitTag, changelog])).toEqual([
    ['4.1.0', '@acme/api@4.1.0', '## 4.1.0 (2026-11-21)\n\nBaseline: versions count from here.\n'],
    [null, null, ''],
    ['0.1.1', '@acme/worker@0.1.1', expect.stringContaining('Baseline')],
  ]);
});
