import { describe, expect, it } from 'vitest';
import { formatTagMessage } from '../../src/changes/tagTrailers.ts';
import { identityScheme } from '../../src/workspace/contents/contextIdentity.ts';
import { shipyarn } from '../support/run.ts';
import { affectedNames, modelRepo, releasedModelRepo } from './modelRepo.ts';
import { editFile, type Model } from './monorepo.ts';

const web = 'services/web';
const editWeb = (content: string) => (model: Model) => editFile(model, web, 'src/server.js', content);

describe('the last release', () => {
  it('gives the same identity read from the trailer and computed anew', async () => {
    const repo = modelRepo();
    repo.git('tag', '@acme/web@1.0.0');
    await repo.release({ api: '1.0.0', worker: '1.0.0' });
    repo.git(
      'tag',
      '-a',
      '-m',
      formatTagMessage('', { identity: 'sha256:old', scheme: 'older' }),
      '@acme/api@1.0.1',
    );
    const changes = await repo.changes();
    expect(affectedNames(changes)).toEqual([]);
    const recorded = [...changes.values()].map(({ lastRelease }) => lastRelease?.identity ?? null);
    expect(recorded).toEqual([null, null, changes.get('worker')?.identity()]);
    repo.edit('feat: web', editWeb('edited'));
    expect(affectedNames(await repo.changes())).toEqual(['web']);
  });

  it('releases nothing where only shipyarn changed since, its built-in template say', async () => {
    const repo = modelRepo();
    const trailers = { identity: `sha256:${'0'.repeat(64)}`, scheme: identityScheme };
    repo.git('tag', '-a', '-m', formatTagMessage('', trailers), '@acme/web@1.0.0');
    repo.commit('docs: a file that no image holds', { [`${web}/CHANGELOG.md`]: 'x' });
    expect((await repo.changes()).get('web')).toMatchObject({ affected: false, reasons: [] });
  });

  it('is the highest version, not the newest tag, where a hotfix was merged back', async () => {
    const repo = await releasedModelRepo();
    repo.edit('feat: two', editWeb('two'));
    await repo.release({ web: '2.0.0' });
    repo.git('checkout', '--quiet', '-b', 'hotfix', '@acme/web@1.0.0');
    repo.commit('fix: hot', { [`${web}/src/hot.js`]: 'hot' });
    await repo.release({ web: '1.0.1' });
    repo.git('checkout', '--quiet', 'main');
    repo.git('merge', '--quiet', '--no-ff', '-m', 'Merge hotfix', 'hotfix');
    const change = (await repo.changes()).get('web');
    expect(change).toMatchObject({ lastRelease: { version: '2.0.0' }, affected: true });
    expect(change?.reasons).toEqual([{ kind: 'source', paths: [`${web}/src/hot.js`] }]);
    expect(change?.commits.map(({ commit }) => commit.message)).toEqual(['Merge hotfix', 'fix: hot']);
  });

  it('ignores tags on side branches, but knows their versions are taken', async () => {
    const repo = await releasedModelRepo();
    repo.git('checkout', '--quiet', '-b', 'side');
    repo.edit('feat: side', editWeb('side'));
    await repo.release({ web: '3.0.0' });
    repo.git('checkout', '--quiet', 'main');
    const change = (await repo.changes()).get('web');
    expect(change).toMatchObject({ lastRelease: { version: '1.0.0' }, affected: false });
    expect(new Set(change?.takenVersions)).toEqual(new Set(['3.0.0', '1.0.0']));
  });

  it('is the higher one of two tags on one commit, by number and not by letter', async () => {
    const repo = modelRepo();
    await repo.release({ web: '1.9.0' });
    await repo.release({ web: '1.10.0' });
    expect((await repo.changes()).get('web')?.lastRelease?.version).toBe('1.10.0');
  });

  it('ignores tags that are not releases of its services', async () => {
    const repo = await releasedModelRepo();
    for (const name of ['v9.9.9', '@acme/log@5.0.0', '@acme/web@next', '@acme/web@9.9', 'web@9.9.9'])
      repo.git('tag', name);
    repo.git('tag', '@acme/web@9.9.9-tree', 'HEAD^{tree}');
    expect((await repo.changes()).get('web')?.lastRelease?.version).toBe('1.0.0');
  });

  it('does not mind commit dates out of order', async () => {
    const repo = await releasedModelRepo();
    repo.edit('feat: one', editWeb('one'));
    repo.env.GIT_COMMITTER_DATE = '@1000000000 +0000';
    repo.write({ [`${web}/src/server.js`]: 'two' });
    repo.git('commit', '-qam', 'feat: from the past');
    await repo.release({ web: '1.1.0' });
    repo.edit('feat: three', editWeb('three'));
    const change = (await repo.changes()).get('web');
    expect(change?.lastRelease?.version).toBe('1.1.0');
    expect(change?.commits.map(({ commit }) => commit.message)).toEqual(['feat: three']);
  });
});

describe('channels', () => {
  it('compare a stable release with the last stable one, a prerelease with its own', async () => {
    const repo = await releasedModelRepo();
    repo.edit('feat: next', editWeb('next'));
    await repo.release({ web: '1.1.0-rc.1' });
    repo.git('tag', '@acme/web@1.2.0-beta.1');
    const stable = (await repo.changes()).get('web');
    expect(stable).toMatchObject({ affected: true, lastRelease: { version: '1.0.0' } });
    expect(stable?.commits).toHaveLength(1);
    const rc = (await repo.changes({ channel: 'rc' })).get('web');
    expect(rc).toMatchObject({ affected: false, lastRelease: { version: '1.1.0-rc.1' } });
    await repo.release({ web: '1.1.0' });
    expect((await repo.changes({ channel: 'rc' })).get('web')?.lastRelease?.version).toBe('1.1.0');
  });
});

it('a prerelease that is merged to the stable branch unchanged is a stable release', async () => {
  const repo = await releasedModelRepo({
    edit: ({ files }) => {
      files['shipyarn.yaml'] += 'channels: { next: rc }\n';
    },
  });
  repo.git('checkout', '--quiet', '-b', 'next');
  repo.edit('feat: next', editWeb('next'));
  await repo.release({ web: '1.1.0-rc.1' });
  expect((await shipyarn(['affected', '--names'], { cwd: repo.root })).stdout).toBe('');
  repo.git('checkout', '--quiet', 'main');
  repo.git('merge', '--quiet', '--ff-only', 'next');
  const { stdout } = await shipyarn(['affected', '--json'], { cwd: repo.root });
  const { services } = JSON.parse(stdout) as { services: { affected: boolean }[] };
  expect(services.filter(({ affected }) => affected)).toMatchObject([
    { name: '@acme/web', currentVersion: '1.0.0', nextVersion: '1.1.0', commits: [{ subject: 'next' }] },
  ]);
});

describe('merge commits', () => {
  it('bring the commits of both sides, and their own edits', async () => {
    const repo = await releasedModelRepo();
    repo.git('checkout', '--quiet', '-b', 'side');
    repo.commit('feat: side', { [`${web}/src/side.js`]: '1' });
    repo.git('checkout', '--quiet', 'main');
    repo.commit('feat: main', { [`${web}/src/main.js`]: '1' });
    repo.git('merge', '--quiet', '--no-ff', '--no-commit', 'side');
    repo.write({ [`${web}/src/evil.js`]: '1' });
    repo.git('add', '--all');
    repo.git('commit', '-qm', 'Merge side');
    const change = (await repo.changes()).get('web');
    expect(change?.commits.map(({ commit }) => commit.message).sort()).toEqual([
      'Merge side',
      'feat: main',
      'feat: side',
    ]);
    expect(change?.reasons[0]?.paths).toHaveLength(3);
  });
});

describe('--since', () => {
  it('replaces what is compared with, and not what the version follows', async () => {
    const repo = await releasedModelRepo();
    const first = repo.edit('feat: one', editWeb('one'));
    repo.edit('docs: nothing', ({ files }) => {
      files['README.md'] = 'edited';
    });
    const since = await repo.changes({ since: first });
    expect(affectedNames(since)).toEqual([]);
    const change = (await repo.changes({ since: 'HEAD~2' })).get('web');
    expect(change).toMatchObject({
      affected: true,
      since: { gitTag: null, commit: repo.git('rev-parse', 'HEAD~2') },
      lastRelease: { gitTag: '@acme/web@1.0.0', version: '1.0.0' },
    });
  });

  it('leaves a service without a tag a first release', async () => {
    const repo = modelRepo();
    expect((await repo.changes({ since: 'HEAD' })).get('web')).toMatchObject({ affected: true, since: null });
  });

  it('says which revision is unknown', async () => {
    await expect(modelRepo().changes({ since: 'nowhere' })).rejects.toMatchObject({
      reason: 'unknown-revision',
      exitCode: 2,
    });
  });

  it('counts as changed what could not be built at that commit, and says so', async () => {
    const repo = await releasedModelRepo();
    const good = structuredClone(repo.model);
    const broken = repo.commit('chore: break', { 'services/web/package.json': '{' });
    repo.edit('fix: mend', (model) => Object.assign(model, good));
    const changes = await repo.changes({ since: broken });
    expect(affectedNames(changes)).toEqual(['web']);
    expect(changes.get('web')?.warnings).toEqual([expect.stringContaining('services/web/package.json')]);
  });
});
