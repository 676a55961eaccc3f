import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { planOfOne } from './planValues.ts';

const root = mkdtempSync(join(tmpdir(), 'shipyarn-preset-'));
afterAll(() => rmSync(root, { recursive: true }));

/** A preset of an organisation's own: another header pattern, other sections, links from its parameters. */
const preset = `
export default function createPreset({ issueUrlFormat } = {}) {
  return {
    parser: { headerPattern: /^\\[(\\w+)\\](?:<(.*)>)? (.*)$/, headerCorrespondence: ['type', 'scope', 'subject'] },
    whatBump: (commits) => ({ level: commits.some(({ type }) => type === 'huge') ? 0 : 2 }),
    writer: {
      mainTemplate: '## {{version}}, {{date}}\\n{{#each commitGroups}}\\n### {{title}}\\n\\n{{#each commits}}- {{subject}}\\n{{/each}}{{/each}}',
      transform: (commit) =>
        commit.type === 'feat' ? { type: 'Novelties', subject: commit.subject.replace('#7', issueUrlFormat) } : undefined,
    },
  };
}
`;

function install(name: string, content: string): void {
  const folder = join(root, 'node_modules', name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ name, type: 'module', exports: './index.js' }),
  );
  writeFileSync(join(folder, 'index.js'), content);
}

describe('a preset by name', () => {
  it('is found in the repo and reads and writes as it wants', async () => {
    install('conventional-changelog-acme', preset);
    const commits = ['[feat]<x> search for #7', '[fix] a typo', 'feat: not in this house'];
    const planned = await planOfOne({ commits }, { changelog: { preset: 'acme' } }, { root });
    expect(planned).toMatchObject({ bump: 'patch', nextVersion: '1.2.1' });
    expect(planned.changelog).toBe(
      [
        '## 1.2.1, 2026-11-21',
        '### Novelties',
        '',
        '- search for {{host}}/{{owner}}/{{repository}}/issues/{{id}}',
        '### Other Changes',
        '',
        '- a typo',
        '- feat: not in this house',
        '',
      ].join('\n'),
    );
  });

  it('decides the bump, under the configured bumps', async () => {
    const changelog = { preset: 'acme' };
    const commits = ['[huge] a'];
    expect(await planOfOne({ commits }, { changelog }, { root })).toMatchObject({ nextVersion: '2.0.0' });
    const bumps = { huge: 'minor' } as const;
    expect(await planOfOne({ commits }, { changelog, bumps }, { root })).toMatchObject({
      nextVersion: '1.3.0',
    });
  });

  it('that is not installed is refused, with the place in the configuration', async () => {
    await expect(
      planOfOne({ commits: ['fix: a'] }, { changelog: { preset: 'nowhere' } }, { root }),
    ).rejects.toMatchObject({
      exitCode: 2,
      reason: 'preset-not-installed',
      message: expect.stringContaining('`nowhere`'),
      hint: expect.stringContaining('conventional-changelog-nowhere'),
      at: { file: 'shipyarn.yaml' },
    });
  });

  it('that is no preset is refused', async () => {
    install('conventional-changelog-broken', 'export default 7;');
    await expect(
      planOfOne({ commits: ['fix: a'] }, { changelog: { preset: 'broken' } }, { root }),
    ).rejects.toMatchObject({
      exitCode: 2,
      reason: 'preset-not-installed',
    });
  });
});
