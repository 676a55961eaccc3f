import { describe, expect, it } from 'vitest';
import { changeOf, commitOf, planOf, planOfOne } from './planValues.ts';

describe('the next version', () => {
  it.each([
    ['fix: a', '1.2.0', 'patch', '1.2.1'],
    ['feat: a', '1.2.0', 'minor', '1.3.0'],
    ['feature: a', '1.2.0', 'minor', '1.3.0'],
    ['perf: a', '1.2.0', 'patch', '1.2.1'],
    ['feat!: a', '1.2.0', 'major', '2.0.0'],
    ['chore!: a', '1.2.0', 'major', '2.0.0'],
    ['fix: a\n\nBREAKING CHANGE: b', '1.2.0', 'major', '2.0.0'],
    ['fix: a\n\nBREAKING-CHANGE: b', '1.2.0', 'major', '2.0.0'],
    ['fix: a\n\nBreaking change: b', '1.2.0', 'patch', '1.2.1'],
    ['fix: a\n\nBREAKING CHANGE without a colon', '1.2.0', 'patch', '1.2.1'],
    ['fix: a\n\nBREAKING CHANGES: b', '1.2.0', 'patch', '1.2.1'],
    ['fix: a\n\n---------\n\nBREAKING CHANGE: below the line of a squash', '1.2.0', 'major', '2.0.0'],
    ['chore: a', '1.2.0', 'patch', '1.2.1'],
    ['whatever', '1.2.0', 'patch', '1.2.1'],
    ['Feat: a', '1.2.0', 'patch', '1.2.1'],
    ['feat:a', '1.2.0', 'patch', '1.2.1'],
    ['', '1.2.0', 'patch', '1.2.1'],
    ['feat!: a', '0.4.2', 'minor', '0.5.0'],
    ['feat: a', '0.4.2', 'minor', '0.5.0'],
    ['fix: a', '0.4.2', 'patch', '0.4.3'],
    ['Merge the lot (#4)\n\n* feat(api): a\n\n* fix: b', '1.2.0', 'minor', '1.3.0'],
    ['fix: the lot (#4)\n\n* feat(api)!: a\n* fix: b', '1.2.0', 'major', '2.0.0'],
    ['fix: a\n\n* note: this is prose', '1.2.0', 'patch', '1.2.1'],
  ])('after %j on %s is a %s: %s', async (message, last, bump, next) => {
    expect(await planOfOne({ last, commits: [message] })).toMatchObject({ bump, nextVersion: next });
  });

  it('takes the highest of all commits', async () => {
    const planned = await planOfOne({ commits: ['fix: a', 'feat: b', 'chore: c'] });
    expect(planned).toMatchObject({ bump: 'minor', nextVersion: '1.3.0', gitTag: '@acme/api@1.3.0' });
  });

  it('is a patch where the image differs and no commit asks for more', async () => {
    expect(await planOfOne({ commits: [] })).toMatchObject({ bump: 'patch', nextVersion: '1.2.1' });
  });

  it('is nothing where the image is as it was, whatever the commits say', async () => {
    expect(await planOfOne({ affected: false, commits: ['feat!: a'] })).toMatchObject({
      bump: 'none',
      nextVersion: null,
      gitTag: null,
      image: null,
      changelog: '',
    });
  });

  it.each([
    [undefined, '0.1.0'],
    ['0.0.0', '0.1.0'],
    ['2.3.4', '2.3.4'],
    ['2.3.4-beta.1', '2.3.4'],
    ['not a version', '0.1.0'],
  ])('of a first release with %s in its manifest is %s', async (manifestVersion, next) => {
    const values = manifestVersion === undefined ? {} : { manifestVersion };
    expect(await planOfOne({ last: null, ...values })).toMatchObject({
      nextVersion: next,
      currentVersion: null,
    });
  });

  it('skips every taken version, merged or not', async () => {
    const takenVersions = new Set(['1.2.0', '1.2.1', '1.2.2', '1.3.0']);
    expect(await planOfOne({ takenVersions, commits: ['fix: a'] })).toMatchObject({ nextVersion: '1.2.3' });
    expect(await planOfOne({ takenVersions, commits: ['feat: a'] })).toMatchObject({ nextVersion: '1.4.0' });
  });

  it('follows configured bumps', async () => {
    const bumps = { docs: 'patch', deps: 'minor', feat: 'major', fix: 'none' } as const;
    expect(await planOfOne({ commits: ['deps: a'] }, { bumps })).toMatchObject({ nextVersion: '1.3.0' });
    expect(await planOfOne({ commits: ['feat: a'] }, { bumps })).toMatchObject({ nextVersion: '2.0.0' });
    expect(await planOfOne({ commits: ['fix: a'] }, { bumps })).toMatchObject({ nextVersion: '1.2.1' });
  });

  it('counts a library commit as dependencyBump says', async () => {
    const parts = [{ kind: 'workspace' as const, workspace: 'packages/log' }];
    const commits = [{ commit: commitOf('feat!: a'), parts }, 'fix: b'];
    expect(await planOfOne({ commits })).toMatchObject({ nextVersion: '2.0.0' });
    expect(await planOfOne({ commits }, { dependencyBump: 'patch' })).toMatchObject({ nextVersion: '1.2.1' });
    const both = [{ commit: commitOf('feat: a'), parts: [...parts, { kind: 'source' as const }] }];
    expect(await planOfOne({ commits: both }, { dependencyBump: 'patch' })).toMatchObject({
      nextVersion: '1.3.0',
    });
  });
});

describe('prerelease channels', () => {
  const channels = { next: 'rc' };
  const head = { commit: 'b'.repeat(40), branch: 'next', dirty: false };

  it.each([
    ['1.2.0', ['1.2.0'], 'feat: a', '1.3.0-rc.1'],
    ['1.3.0-rc.1', ['1.2.0', '1.3.0-rc.1'], 'fix: a', '1.3.0-rc.2'],
    ['1.3.0-rc.2', ['1.2.0', '1.3.0-rc.1', '1.3.0-rc.2'], 'feat: a', '1.3.0-rc.3'],
    ['1.3.0-rc.2', ['1.2.0', '1.3.0-rc.2'], 'feat!: a', '2.0.0-rc.1'],
    ['1.2.1-rc.1', ['1.2.0', '1.2.1-rc.1'], 'feat: a', '1.3.0-rc.1'],
    ['1.3.0-rc.9', ['1.2.0', '1.3.0-rc.9', '1.3.0-rc.10'], 'fix: a', '1.3.0-rc.11'],
    ['1.3.0-rc.1', ['1.3.0-rc.1', '1.3.0'], 'fix: a', '1.3.1-rc.1'],
    ['1.2.0', ['1.2.0', '1.3.0-beta.4'], 'feat: a', '1.3.0-rc.1'],
  ])('after %s among %j, %j is %s', async (last, taken, message, next) => {
    const planned = await planOfOne(
      { last, takenVersions: new Set(taken), commits: [message] },
      { channels },
      { head },
    );
    expect(planned.nextVersion).toBe(next);
  });

  it('starts a first release on a channel at the first version', async () => {
    expect(await planOfOne({ last: null }, { channels }, { head })).toMatchObject({
      nextVersion: '0.1.0-rc.1',
    });
  });

  it('leaves other branches stable', async () => {
    expect(await planOfOne({ commits: ['feat: a'] }, { channels })).toMatchObject({ nextVersion: '1.3.0' });
  });
});

describe('Release-As', () => {
  it('sets the version; the newest footer holds', async () => {
    const commits = ['chore: b\n\nRelease-As: 4.0.0', 'chore: a\n\nRelease-As: 3.0.0'];
    expect(await planOfOne({ commits })).toMatchObject({ nextVersion: '4.0.0' });
  });

  it('may name the service, in full or without its scope', async () => {
    expect(await planOfOne({ commits: ['chore: a\n\nRelease-As: api@3.0.0'] })).toMatchObject({
      nextVersion: '3.0.0',
    });
    expect(await planOfOne({ commits: ['chore: a\n\nRelease-As: @acme/api@3.0.0'] })).toMatchObject({
      nextVersion: '3.0.0',
    });
    expect(await planOfOne({ commits: ['chore: a\n\nRelease-As: web@3.0.0'] })).toMatchObject({
      nextVersion: '1.2.1',
    });
  });

  it('of a library commit counts only for the services that it names', async () => {
    const parts = [{ kind: 'workspace' as const, workspace: 'packages/log' }];
    const unnamed = { commit: commitOf('fix: a\n\nRelease-As: 3.0.0'), parts };
    const named = { commit: commitOf('fix: a\n\nRelease-As: api@3.0.0'), parts };
    expect(await planOfOne({ commits: [unnamed] })).toMatchObject({ nextVersion: '1.2.1' });
    expect(await planOfOne({ commits: [named] })).toMatchObject({ nextVersion: '3.0.0' });
  });

  it.each([
    ['1.1.0', /1\.2\.0 is released already/],
    ['1.2.0', /1\.2\.0 is released already/],
    ['1.5.0', /which a tag holds already/],
    ['soon', /not a semantic version/],
  ])('refuses %s', async (version, why) => {
    const takenVersions = new Set(['1.2.0', '1.5.0']);
    await expect(
      planOfOne({ takenVersions, commits: [`fix: a\n\nRelease-As: ${version}`] }),
    ).rejects.toMatchObject({
      exitCode: 2,
      reason: 'release-as-refused',
      message: expect.stringMatching(why),
    });
  });
});

describe('the image', () => {
  it('goes to the first registry, with the rest as mirrors', async () => {
    const registry = ['registry.example.com/team', 'mirror.example.com:5000/a/b', 'oci:/srv/images'];
    expect((await planOfOne({}, { registry })).image).toEqual({
      repository: 'registry.example.com/team/api',
      tag: '1.2.1',
      identityTag: `identity-${'1'.repeat(64)}`,
      mirrors: ['mirror.example.com:5000/a/b/api', 'localhost/api'],
    });
  });

  it('has a bare name where no registry is configured', async () => {
    expect((await planOfOne({})).image?.repository).toBe('api');
  });

  it.each(['Api', 'a__b__', '-api', 'api/', 'a b', 'api:1'])('refuses the name %j', async (image) => {
    await expect(planOfOne({ image }, { registry: 'r.example.com/t' })).rejects.toMatchObject({
      exitCode: 2,
      reason: 'image-name-invalid',
      at: { file: 'shipyarn.yaml' },
    });
  });

  it.each(['https://r.example.com/t', 'r.example.com:port/t', 'r.example.com/Team', 'r.example.com/a b', ''])(
    'refuses the registry %j',
    async (registry) => {
      await expect(planOfOne({}, { registry })).rejects.toMatchObject({
        exitCode: 2,
        reason: 'registry-invalid',
      });
    },
  );
});

describe('the changelog', () => {
  it('has sections by type, breaking changes first, libraries and packages under headings of their own', async () => {
    const library = { kind: 'workspace' as const, workspace: 'packages/log' };
    const planned = await planOfOne(
      {
        reasons: [{ kind: 'lockfile', packages: [{ name: 'express', from: '4.18.2', to: '4.19.0' }] }],
        commits: [
          'fix(cart): round once (#12)',
          'feat!: drop the old route\n\nBREAKING CHANGE: /v1 is gone\nuse /v2\n\nReviewed-by: Z\nCloses #7',
          'chore: tidy up',
          'no type here',
          { commit: commitOf('feat(json): one line per entry'), parts: [library] },
          'perf: faster start',
        ],
      },
      { changelog: { authors: true } },
      { workspaceNames: new Map([['packages/log', '@acme/log']]) },
    );
    expect(planned.changelog).toMatchInlineSnapshot(`
      "## [2.0.0](https://github.com/acme/shop/compare/@acme/api@1.2.0...@acme/api@2.0.0) (2026-11-21)

      ### ⚠ BREAKING CHANGES

      * /v1 is gone
        use /v2

      ### Features

      * drop the old route ([3bdee21](https://github.com/acme/shop/commit/3bdee21cb5e08e85fe755bf595371bfe8c6bf9d2)), closes [#7](https://github.com/acme/shop/issues/7)

      ### Bug Fixes

      * **cart:** round once ([#12](https://github.com/acme/shop/issues/12)) ([1ef356a](https://github.com/acme/shop/commit/1ef356a77068539ef625b546c8779b68ae4f38da))

      ### Performance Improvements

      * faster start ([018014e](https://github.com/acme/shop/commit/018014e6d582f174fd337d5036ca16f64eb4c261))

      ### @acme/log

      * **feat(json):** one line per entry ([23a1717](https://github.com/acme/shop/commit/23a1717a58c0452c42aed9d4d268953f96867441))

      ### Dependencies

      * express 4.18.2 → 4.19.0

      ### Other Changes

      * no type here ([de0d039](https://github.com/acme/shop/commit/de0d0391a366e82a962d6c2da5fb5c7a449e01ec))
      * tidy up ([fb48f64](https://github.com/acme/shop/commit/fb48f640cdf54637484ba455f4e28f0b3b03ee23))

      ### Authors

      * Jo Doe
      "
    `);
  });

  it('is rendered for many services in one pass, each with its own', async () => {
    const planned = await planOf([
      changeOf({ commits: ['fix: one'] }),
      changeOf({ name: '@acme/web', affected: false, commits: ['fix: two'] }),
      changeOf({ name: '@acme/worker', last: null }),
    ]);
    expect(planned.map(({ changelog }) => changelog)).toMatchInlineSnapshot(`
      [
        "## [1.2.1](https://github.com/acme/shop/compare/@acme/api@1.2.0...@acme/api@1.2.1) (2026-11-21)

      ### Bug Fixes

      * one ([ca09004](https://github.com/acme/shop/commit/ca09004570c3ff2340002a58fe83bd4c25217c31))
      ",
        "",
        "## 0.1.0 (2026-11-21)
      ",
      ]
    `);
  });

  it('has no links without a forge', async () => {
    const planned = await planOfOne(
      { commits: ['fix: ask @jo about #12'] },
      {},
      { remoteUrl: '/srv/git/shop.git' },
    );
    expect(planned.changelog).toMatchInlineSnapshot(`
      "## 1.2.1 (2026-11-21)

      ### Bug Fixes

      * ask @jo about #12 8c840fc
      "
    `);
  });

  it('is left out where it is not asked for', async () => {
    expect((await planOfOne({ commits: ['fix: a'] }, {}, { changelogs: false })).changelog).toBe('');
  });
});
