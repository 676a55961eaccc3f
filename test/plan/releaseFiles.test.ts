import { describe, expect, it } from 'vitest';
import { releaseCommitMessage } from '../../src/plan/releaseCommit.ts';
import { releaseFiles } from '../../src/plan/releaseFiles.ts';
import { changeOf, configWith, planOf, planOfOne } from './planValues.ts';

const services = () =>
  planOf([
    changeOf({ commits: ['fix: a'] }),
    changeOf({ name: '@acme/web', affected: false }),
    changeOf({ name: '@acme/worker', last: null }),
  ]);

async function filesOf(tree: Record<string, string>, root = false) {
  const read = async (path: string) => tree[path] ?? null;
  return releaseFiles(await services(), configWith({ changelog: { root } }), read);
}

describe('the release commit', () => {
  it('changes the bytes of the version and no others', async () => {
    const odd =
      '{\n\t"name" : "@acme/api",\n  "scripts": {"version": "1.0.0"},\n\t"version":"1.2.0"  ,"x":[1,\n2]\n}';
    const files = await filesOf({
      'services/api/package.json': odd,
      'services/web/package.json': '{"version":"1.2.0"}',
      'services/worker/package.json': '{"name":"@acme/worker"}\n',
    });
    expect(files.get('services/api/package.json')).toBe(
      odd.replace('"version":"1.2.0"', '"version":"1.2.1"'),
    );
    expect([...files.keys()]).toEqual([
      'services/api/CHANGELOG.md',
      'services/worker/CHANGELOG.md',
      'services/api/package.json',
    ]);
  });

  it('keeps one changelog in the root where asked to, by service', async () => {
    const before = '# Ours\n\n## @acme/api 1.2.0 (2026-01-01)\n\n* old\n';
    const text = (await filesOf({ 'CHANGELOG.md': before }, true)).get('CHANGELOG.md') ?? '';
    const headings = text.split('\n').filter((line) => line.startsWith('#'));
    expect(headings).toEqual([
      '# Ours',
      '## @acme/api [1.2.1](https://github.com/acme/shop/compare/@acme/api@1.2.0...@acme/api@1.2.1) (2026-11-21)',
      '### Bug Fixes',
      '## @acme/worker 0.1.0 (2026-11-21)',
      '## @acme/api 1.2.0 (2026-01-01)',
    ]);
    expect(text.endsWith('\n* old\n')).toBe(true);
  });

  it('says what it releases and that no pipeline needs to run', async () => {
    expect(releaseCommitMessage(await services())).toBe(
      'chore(release): @acme/api 1.2.1, @acme/worker 0.1.0 [skip ci]\n',
    );
    const many = await planOf(['a', 'b', 'c', 'd'].map((name) => changeOf({ name })));
    expect(releaseCommitMessage(many)).toBe(
      'chore(release): 4 services [skip ci]\n\n- a 1.2.1\n- b 1.2.1\n- c 1.2.1\n- d 1.2.1\n',
    );
  });

  it('is no change itself', async () => {
    const commits = [releaseCommitMessage(await services()), 'fix: a'];
    expect((await planOfOne({ commits })).commits.map(({ subject }) => subject)).toEqual(['a']);
  });
});
