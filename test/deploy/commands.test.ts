import { describe, expect, it } from 'vitest';
import { cliFixture, valuesFile } from './cliFixture.ts';

describe('deploy', () => {
  it('puts chosen versions, with the source commit in the message', async () => {
    const { ok, release, show, infraRemote } = await cliFixture();
    const commit = release('api', '1.1.0');
    release('api', '1.2.0');
    release('web', '2.0.0');
    const text = await ok('deploy', 'api@1.1.0', 'web', '--env', 'staging');
    expect(text).toContain('@acme/api  1.0.0 → 1.1.0');
    expect(show('staging/api.yaml')).toBe(valuesFile('api', '1.1.0'));
    expect(show('staging/web.yaml')).toBe(valuesFile('web', '2.0.0'));
    expect(show('production/api.yaml')).toBe(valuesFile('api', '1.0.0'));
    expect(infraRemote.git('log', '-1', '--format=%B')).toContain(`Version: 1.1.0\nSource-Commit: ${commit}`);
  });

  it('changes nothing in a dry run', async () => {
    const { ok, release, subjects } = await cliFixture();
    release('api', '1.1.0');
    const result = JSON.parse(await ok('deploy', 'api', '--env', 'production', '--dry-run', '--json'));
    expect(result.edits).toEqual([
      { service: '@acme/api', file: 'production/api.yaml', line: 4, from: '1.0.0', to: '1.1.0' },
    ]);
    expect(subjects()).toEqual(['start']);
  });

  it('tells wrong input, with the way out, and changes nothing', async () => {
    const { run, release, subjects } = await cliFixture();
    release('api', '1.1.0');
    const cases: [args: string[], message: string][] = [
      [['deploy', 'api', '--env', 'live'], 'There is no environment `live`'],
      [['deploy', 'api'], 'There are several environments'],
      [['deploy', 'web', '--env', 'staging'], '@acme/web was never released'],
      [['deploy', 'api@9.0.0', '--env', 'staging'], '@acme/api has no release 9.0.0'],
      [['deploy', 'nope', '--env', 'staging'], 'There is no service `nope`'],
      [['rollback', 'api', '--env', 'staging'], 'Nothing is known to have run before @acme/api 1.0.0'],
      [['rollback', 'api', '--env', 'staging', '--to', '1.1.0'], '1.1.0 is newer'],
      [['promote', 'staging', 'staging'], 'cannot be promoted to itself'],
    ];
    for (const [args, message] of cases) {
      const { exitCode, stderr } = await run(...args);
      expect(stderr, args.join(' ')).toContain(message);
      expect(stderr, args.join(' ')).toContain('→');
      expect(exitCode, args.join(' ')).toBe(2);
    }
    expect(subjects()).toEqual(['start']);
  });

  it('refuses to go back, and says how', async () => {
    const { run, ok, release, subjects } = await cliFixture();
    release('api', '1.1.0');
    release('api', '1.2.0');
    await ok('deploy', 'api', '--env', 'staging');
    const { exitCode, stderr } = await run('deploy', 'api@1.1.0', '--env', 'staging');
    expect(exitCode).toBe(2);
    expect(stderr).toContain('shipyarn rollback @acme/api --env staging --to 1.1.0');
    expect(subjects()).toHaveLength(2);
  });
});

describe('promote', () => {
  it('moves exactly what runs in one environment, and lists what that ships', async () => {
    const { ok, release, show } = await cliFixture();
    release('api', '1.0.0');
    release('web', '1.0.0');
    release('api', '1.1.0', 'feat: faster');
    release('api', '1.2.0', 'fix: off by one');
    release('web', '3.0.0', 'feat!: other');
    await ok('deploy', 'api@1.2.0', '--env', 'staging');
    release('api', '1.3.0', 'feat: later');
    const text = await ok('promote', 'staging', 'production');
    expect(show('production/api.yaml')).toBe(valuesFile('api', '1.2.0'));
    expect(show('production/web.yaml')).toBe(valuesFile('web', '1.0.0'));
    expect(text).toMatch(/@acme\/api ships 2 commits\n {2}\w{7} fix: off by one\n {2}\w{7} feat: faster\n$/);
    expect(text).toContain('@acme/web  1.0.0  runs already');
  });
});

describe('rollback', () => {
  it('goes back version by version and past what was rolled back, and holds', async () => {
    const { ok, release, show, subjects } = await cliFixture();
    for (const version of ['1.1.0', '1.2.0', '1.3.0']) {
      release('api', version);
      await ok('deploy', 'api', '--env', 'production');
    }
    await ok('rollback', 'api', '--env', 'production', '--reason', 'login fails');
    expect(show('production/api.yaml')).toBe(valuesFile('api', '1.2.0'));
    await ok('rollback', 'api', '--env', 'production');
    await ok('rollback', 'api', '--env', 'production');
    expect(show('production/api.yaml')).toBe(valuesFile('api', '1.0.0'));
    expect(show('.shipyarn/holds.yaml')).toContain('version: "1.0.0"');
    expect(await ok('deploy', '--env', 'production')).toContain('held held at 1.0.0');
    expect(await ok('status')).toMatch(/held @acme\/api at 1\.0\.0 in production/);
    expect(await ok('rollback', 'api', '--env', 'production', '--release')).toBe(
      '@acme/api in production is no longer held.\n',
    );
    expect(await ok('rollback', 'api', '--env', 'production', '--release')).toBe(
      '@acme/api in production was not held.\n',
    );
    expect(show('production/api.yaml')).toBe(valuesFile('api', '1.0.0'));
    await ok('deploy', '--env', 'production');
    expect(show('production/api.yaml')).toBe(valuesFile('api', '1.3.0'));
    expect(subjects()[1]).toBe('chore(production): lift the hold on @acme/api');
  });
});

describe('status and history', () => {
  it('say what runs where, what is ahead and what was rolled back', async () => {
    const { ok, release } = await cliFixture();
    const commit = release('api', '1.1.0');
    await ok('deploy', 'api', '--env', 'staging');
    release('api', '1.2.0');
    await ok('promote', 'staging', 'production');
    await ok('deploy', 'api', '--env', 'staging');
    await ok('rollback', 'api', '--env', 'staging');
    const status = JSON.parse(await ok('status', '--json'));
    expect(status.services[0]).toMatchObject({
      service: '@acme/api',
      released: '1.2.0',
      environments: [
        {
          environment: 'staging',
          version: '1.1.0',
          behind: 'released',
          held: { by: 'Ada <ada@example.com>' },
        },
        { environment: 'production', version: '1.1.0', behind: 'released', held: null },
      ],
    });
    expect(Date.parse(status.services[0].environments[1].since)).toBeGreaterThan(Date.now() - 600_000);
    expect(status.services[1].environments[0]).toMatchObject({ version: '1.0.0', since: null, behind: null });
    const history = JSON.parse(await ok('history', 'api', '--json'));
    expect(
      history.map(({ environment, version, kind, left, rolledBack }: Record<string, unknown>) => [
        environment,
        version,
        kind,
        left,
        rolledBack,
      ]),
    ).toEqual([
      ['staging', '1.1.0', 'rollback', '1.2.0', false],
      ['staging', '1.2.0', 'deploy', null, true],
      ['production', '1.1.0', 'deploy', null, false],
      ['staging', '1.1.0', 'deploy', null, false],
    ]);
    expect(history[3]).toMatchObject({ sourceCommit: commit, by: { name: 'Ada' } });
    expect(await ok('history', '--env', 'staging', '--limit', '1')).toContain('rollback of 1.2.0');
  });
});

describe('explain', () => {
  it('shows file, line and why in each environment', async () => {
    const template = `{{ if .x }}\nimage: registry.example.com/team/api:{{ .v }}\n{{ end }}\n`;
    const { ok } = await cliFixture({
      files: { 'staging/api.yaml': valuesFile('api', '1.0.0'), 'production/t.yaml': template },
    });
    const text = await ok('explain', 'api');
    expect(text).toMatch(
      /staging\/api\.yaml:4 +1\.0\.0 +`tag` beside `repository: registry\.example\.com\/team\/api`/,
    );
    expect(text).toContain('no tag of registry.example.com/team/api');
    expect(text).toMatch(/production\/t\.yaml:\d+ +a template: left alone/);
  });
});
