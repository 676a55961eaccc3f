import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type ModelRepo, modelRepo, releasedModelRepo } from '../changes/modelRepo.ts';
import { editFile } from '../changes/monorepo.ts';
import { shipyarn } from '../support/run.ts';

/** Runs `shipyarn changelog`, which has to succeed; hashes are left out of what it prints. */
async function changelog(repo: ModelRepo, ...args: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await shipyarn(['changelog', ...args], { cwd: repo.root });
  expect(stderr).not.toMatch(/error|bug/);
  expect(exitCode).toBe(0);
  return stdout.replaceAll(/ [0-9a-f]{7}$/gm, '').replaceAll(/\(\d{4}-\d{2}-\d{2}\)/g, '(date)');
}

function touch(repo: ModelRepo, message: string, folder: string, content = message): string {
  return repo.edit(message, (model) => editFile(model, folder, 'src/extra.js', content));
}

describe('the next release', () => {
  it('tells own commits by type, libraries under their names, and packages', async () => {
    const repo = await releasedModelRepo();
    touch(repo, 'feat(routes): search', 'services/api');
    touch(repo, 'fix: flush on exit', 'packages/log');
    touch(repo, 'feat(page): dark mode', 'services/web');
    repo.edit('build: newer left-pad', (model) => {
      model.packages['left-pad'] = { version: '1.3.1' };
    });
    expect(await changelog(repo, 'api')).toBe(
      [
        '## 1.1.0 (date)',
        '',
        '### Features',
        '',
        '* **routes:** search',
        '',
        '### @acme/log',
        '',
        '* **fix:** flush on exit',
        '',
        '### Dependencies',
        '',
        '* left-pad 1.3.0 → 1.3.1',
        '',
        '### Other Changes',
        '',
        '* newer left-pad',
        '',
      ].join('\n'),
    );
    const all = await changelog(repo);
    expect(all.match(/^# .*/gm)).toEqual(['# @acme/api', '# @acme/web', '# @acme/worker']);
    expect(all.match(/dark mode/g)).toHaveLength(1);
    expect(all.match(/flush on exit/g)).toHaveLength(2);
  });

  it('says so where there is nothing to tell', async () => {
    const repo = await releasedModelRepo();
    const { stdout, stderr, exitCode } = await shipyarn(['changelog'], { cwd: repo.root });
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 0 });
    expect(stderr).toMatch(/@acme\/api: nothing to tell/);
  });

  it('names the releases that were merged in, and tells their commits there only', async () => {
    const repo = await releasedModelRepo();
    repo.git('checkout', '--quiet', '-b', 'hotfix');
    repo.write({ 'services/api/src/fix.js': 'fixed();\n' });
    repo.commit('fix: at night');
    repo.git('tag', '@acme/api@1.0.1');
    repo.git('checkout', '--quiet', 'main');
    repo.write({ 'services/api/src/feature.js': 'feature();\n' });
    repo.commit('feat: by day');
    repo.git('tag', '@acme/api@1.1.0');
    repo.git('merge', '--quiet', '--no-ff', '--message', 'Merge hotfix', 'hotfix');
    expect(await changelog(repo, 'api')).toBe('## 1.1.1 (date)\n\n### Merged Releases\n\n* 1.0.1\n');
    const all = await changelog(repo, 'api', '--all');
    expect(all.match(/at night/g)).toHaveLength(1);
    expect(all.match(/^## \S+/gm)).toEqual(['## 1.1.1', '## 1.1.0', '## 1.0.1']);
  });

  it('leaves out what is not committed', async () => {
    const repo = await releasedModelRepo();
    repo.write({ 'services/api/src/server.js': 'changed();\n' });
    expect(await changelog(repo, 'api')).toBe('');
  });
});

describe('the history', () => {
  /** Three releases of the api, the second by lightweight tag, and one commit since. */
  let repo: ModelRepo;
  beforeAll(async () => {
    repo = await releasedModelRepo();
    touch(repo, 'feat: one', 'services/api');
    touch(repo, 'fix: in a library', 'packages/http');
    repo.git('tag', '@acme/api@1.1.0');
    touch(repo, 'fix: two', 'services/api');
    touch(repo, 'fix: elsewhere', 'services/web');
    repo.git('tag', '@acme/api@1.2.0-rc.1');
    touch(repo, 'feat: three', 'services/api');
    repo.git('tag', '@acme/api@1.2.0');
    touch(repo, 'perf: four', 'services/api');
  });

  it('is told whole, by release; what a tag says stands as it is', async () => {
    expect(await changelog(repo, 'api', '--all')).toBe(
      [
        ['## 1.2.1 (date)', '### Performance Improvements', '* four'],
        ['## 1.2.0 (date)', '### Features', '* three', '### Bug Fixes', '* two'],
        ['## 1.1.0 (date)', '### Features', '* one', '### @acme/http', '* **fix:** in a library'],
        ['notes'],
      ]
        .map((blocks) => `${blocks.join('\n\n')}\n`)
        .join('\n'),
    );
  });

  it.each([
    [
      ['--from', '1.1.0'],
      ['1.2.1', '1.2.0'],
    ],
    [['--from', '@acme/api@1.1.0', '--to', '1.2.0'], ['1.2.0']],
    [
      ['--to', '1.1.0'],
      ['1.1.0', 'notes'],
    ],
    [['--from', 'HEAD~1'], ['1.2.1']],
    [['--from', 'HEAD~3', '--to', 'HEAD~1'], ['1.2.0']],
    [['--from', 'HEAD~1', '--to', 'HEAD'], ['Unreleased']],
  ])('is told in part with %j', async (args, expected) => {
    const text = await changelog(repo, 'api', ...args);
    expect(text.match(/^(## \S+|notes)/gm)?.map((line) => line.replace('## ', ''))).toEqual(expected);
  });

  it.each([[['--from', 'nowhere']], [['--to', '9.9.9']], [['--all', '--from', '1.1.0']], [['nobody']]])(
    'is refused with %j',
    async (args) => {
      const { exitCode, stdout, stderr } = await shipyarn(['changelog', 'api', ...args], { cwd: repo.root });
      expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
      expect(stderr).toMatch(/^error .*\n {2}→ /);
    },
  );

  it('is read with one walk for what is to come and one for what was, however many services there are', async () => {
    const walks = async (...args: string[]) => {
      const trace = join(repo.root, '.git', `trace${args.length}`);
      await shipyarn(['changelog', ...args], { cwd: repo.root, env: { GIT_TRACE: trace } });
      return readFileSync(trace, 'utf8').match(/built-in: git log --stdin/g)?.length;
    };
    expect(await walks()).toBe(1);
    expect(await walks('--all')).toBe(2);
  });
});

describe('a preset that the repo installs', () => {
  it('brings templates that shipyarn did not know when it was built', async () => {
    const repo = await releasedModelRepo();
    const preset = `export default () => ({ writer: {
      mainTemplate: '{{> header}}{{#each commitGroups}}{{#each commits}}{{> commit}}{{/each}}{{/each}}',
      headerPartial: 'Release {{version}}\\n',
      commitPartial: '- {{subject}}\\n',
    } })`;
    const manifest = { name: 'conventional-changelog-acme', type: 'module', exports: './index.js' };
    repo.edit('feat(routes): search', (model) => {
      model.files['shipyarn.yaml'] += 'changelog: { preset: acme }\n';
      editFile(model, 'services/api', 'src/extra.js', 'search');
    });
    repo.write({
      'node_modules/conventional-changelog-acme/package.json': JSON.stringify(manifest),
      'node_modules/conventional-changelog-acme/index.js': preset,
    });
    expect(await changelog(repo, 'api')).toBe('Release 1.1.0\n- search\n');
  });
});

describe('--write', () => {
  it('puts the text into the files and keeps what people wrote', async () => {
    const repo = await releasedModelRepo({
      files: { 'services/api/CHANGELOG.md': '# Ours\n\nBy hand.\n\n## 1.0.0\n\n* began\n' },
    });
    touch(repo, 'feat: one', 'services/api');
    repo.write({ 'services/api/CHANGELOG.md': '# Ours\n\nBy hand.\n\n## 1.0.0\n\n* began\n' });
    const printed = await changelog(repo, 'api');
    expect(await changelog(repo, '--write')).toBe('');
    const file = () => readFileSync(join(repo.root, 'services/api/CHANGELOG.md'), 'utf8');
    const seen = file()
      .replaceAll(/ [0-9a-f]{7}$/gm, '')
      .replaceAll(/\(\d{4}-\d{2}-\d{2}\)/g, '(date)');
    expect(seen).toBe(`# Ours\n\nBy hand.\n\n${printed}\n## 1.0.0\n\n* began\n`);
    expect(existsSync(join(repo.root, 'services/web/CHANGELOG.md'))).toBe(false);
    const once = file();
    await changelog(repo, '--write');
    expect(file()).toBe(once);
  });

  it('writes nothing at all where one file holds a conflict', async () => {
    const repo = modelRepo();
    repo.write({ 'services/web/CHANGELOG.md': '# Log\n<<<<<<< HEAD\n' });
    const { exitCode, stderr } = await shipyarn(['changelog', '--write'], { cwd: repo.root });
    expect(exitCode).toBe(2);
    expect(stderr).toContain('services/web/CHANGELOG.md:2');
    expect(existsSync(join(repo.root, 'services/api/CHANGELOG.md'))).toBe(false);
  });

  it('does not make a service affected', async () => {
    const repo = await releasedModelRepo();
    touch(repo, 'feat: one', 'services/api');
    await repo.release({ api: '1.1.0' });
    await changelog(repo, 'api', '--all', '--write');
    repo.git('add', '--all');
    repo.git('commit', '--quiet', '-m', 'docs: changelog');
    expect(await changelog(repo, 'api')).toBe('');
  });
});
