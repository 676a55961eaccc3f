import { describe, expect, it } from 'vitest';
import { forgeLinks } from '../../src/plan/changelog/forgeLinks.ts';
import { planOfOne } from './planValues.ts';

describe('the forge of a remote', () => {
  it.each([
    ['git@github.com:acme/shop.git', 'github', 'https://github.com', 'acme', 'shop'],
    ['https://github.com/acme/shop', 'github', 'https://github.com', 'acme', 'shop'],
    ['https://github.com/acme/shop.git/', 'github', 'https://github.com', 'acme', 'shop'],
    ['https://x-token:secret@github.com/acme/shop.git', 'github', 'https://github.com', 'acme', 'shop'],
    ['ssh://git@ssh.github.com:443/acme/shop.git', 'github', 'https://github.com', 'acme', 'shop'],
    ['git@gitlab.com:group/sub/deep/shop.git', 'gitlab', 'https://gitlab.com', 'group/sub/deep', 'shop'],
    ['ssh://git@gitlab.example.com:2222/g/shop.git', 'gitlab', 'https://gitlab.example.com', 'g', 'shop'],
    ['https://gitlab.example.com:8443/g/shop.git', 'gitlab', 'https://gitlab.example.com:8443', 'g', 'shop'],
    ['git@bitbucket.org:acme/shop.git', 'bitbucket', 'https://bitbucket.org', 'acme', 'shop'],
    ['https://jo@bitbucket.org/acme/shop.git', 'bitbucket', 'https://bitbucket.org', 'acme', 'shop'],
    ['ssh://git@gitea.example.com/acme/shop.git', 'gitea', 'https://gitea.example.com', 'acme', 'shop'],
    ['https://codeberg.org/acme/shop.git', 'gitea', 'https://codeberg.org', 'acme', 'shop'],
  ])('%s is %s', (url, kind, host, owner, repository) => {
    expect(forgeLinks(url)).toMatchObject({ kind, host, owner, repository });
  });

  it.each([
    null,
    '/srv/git/shop.git',
    '../shop',
    'file:///srv/shop.git',
    'git@git.example.com:acme/shop.git',
    'git@github.com:shop',
  ])('%s tells none', (url) => {
    expect(forgeLinks(url)).toBeNull();
  });

  it('is the configured one on any host', () => {
    expect(forgeLinks('git@git.example.com:acme/shop.git', 'gitea')).toMatchObject({
      kind: 'gitea',
      host: 'https://git.example.com',
    });
  });
});

describe('links', () => {
  it.each([
    [
      'git@github.com:acme/shop.git',
      'https://github.com/acme/shop/compare/@acme/api@1.2.0...@acme/api@1.2.1',
      'https://github.com/acme/shop/commit/',
      'https://github.com/acme/shop/issues/7',
    ],
    [
      'git@gitlab.com:group/sub/shop.git',
      'https://gitlab.com/group/sub/shop/-/compare/@acme/api@1.2.0...@acme/api@1.2.1',
      'https://gitlab.com/group/sub/shop/-/commit/',
      'https://gitlab.com/group/sub/shop/-/issues/7',
    ],
    [
      'https://bitbucket.org/acme/shop.git',
      'https://bitbucket.org/acme/shop/branches/compare/@acme/api@1.2.1%0D@acme/api@1.2.0',
      'https://bitbucket.org/acme/shop/commits/',
      'https://bitbucket.org/acme/shop/issues/7',
    ],
    [
      'https://codeberg.org/acme/shop.git',
      'https://codeberg.org/acme/shop/compare/@acme/api@1.2.0...@acme/api@1.2.1',
      'https://codeberg.org/acme/shop/commit/',
      'https://codeberg.org/acme/shop/issues/7',
    ],
  ])('of %s', async (remoteUrl, compare, commit, issue) => {
    const { changelog } = await planOfOne(
      { commits: ['fix: a\n\nCloses #7', 'fix: b (#7)'] },
      {},
      { remoteUrl },
    );
    expect(changelog).toContain(`## [1.2.1](${compare}) (`);
    expect(changelog).toContain(`](${commit}`);
    expect(changelog).toContain(`closes [#7](${issue})`);
    expect(changelog).toContain(`([#7](${issue}))`);
  });

  it('lead to issues of other projects', async () => {
    const { changelog } = await planOfOne({ commits: ['fix: a\n\nFixes acme/infra#3'] });
    expect(changelog).toContain('[acme/infra#3](https://github.com/acme/infra/issues/3)');
  });
});
