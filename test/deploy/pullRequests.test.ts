import { describe, expect, it } from 'vitest';
import { openForge, openInfraForge } from '../../src/adapters/forge/openForge.ts';
import { deployToEnvironment } from '../../src/deploy/deployToEnvironment.ts';
import { forgeServer } from './forgeServer.ts';
import { infraFixture, registry, version } from './infraFixture.ts';

const values = (api: string, web: string) =>
  `api:\n  image: ${registry}/api:${api}\nweb:\n  image: ${registry}/web:${web}\n`;

const catalog = [version('api', '0.0.0'), version('web', '0.0.0')];
const request = { siblings: [], mode: 'release' as const, settings: undefined, catalog };

/** Against a small server that speaks the forge's documented API: no real forge can be reached from here. */
describe.each(['github', 'gitlab', 'gitea'] as const)('pull requests on %s', (kind) => {
  const setUp = async () => {
    const server = await forgeServer(kind, 's3cret');
    const infra = infraFixture({ 'values.yaml': values('1.0.0', '1.0.0') });
    const settings = { kind, api: server.api };
    const env = { SHIPYARN_INFRA_TOKEN: 's3cret' };
    const tools = {
      ...(await infra.tools()),
      openForge: async () => openInfraForge({ remoteUrl: infra.url, settings, env }),
    };
    return { server, infra, tools };
  };

  it('opens one, keeps what it proposed before, and updates it in place', async () => {
    const { server, infra, tools } = await setUp();
    const environment = infra.environment({ pullRequest: true });
    const first = { ...version('api', '1.1.0'), notes: '* a feature' };
    const opened = await deployToEnvironment({ ...request, environment, versions: [first] }, tools);
    expect(opened.outcomes).toMatchObject([{ outcome: 'proposed', from: '1.0.0' }]);
    expect(opened.pullRequest).toMatch(/^https:.*1$/);
    expect(server.requests).toMatchObject([
      { head: 'shipyarn/production', base: 'main', title: 'deploy(production): api 1.1.0' },
    ]);
    expect(server.requests[0]?.body).toContain('* a feature');
    await deployToEnvironment({ ...request, environment, versions: [version('web', '2.0.0')] }, tools);
    expect(server.requests).toHaveLength(1);
    expect(server.requests[0]?.title).toBe('deploy(production): web 2.0.0, api 1.1.0');
    expect(infra.show('values.yaml')).toBe(values('1.0.0', '1.0.0'));
    expect(infra.show('values.yaml', 'shipyarn/production')).toBe(values('1.1.0', '2.0.0'));
    expect(infra.remote.git('rev-list', '--count', 'main..shipyarn/production')).toBe('1');
  });

  it('rolls back in a request of its own, which what waits does not touch', async () => {
    const { server, infra, tools } = await setUp();
    const environment = infra.environment({ pullRequest: true });
    const waiting = [version('api', '1.1.0'), version('web', '1.1.0')];
    await deployToEnvironment({ ...request, environment, versions: waiting }, tools);
    const back = { ...request, mode: 'rollback' as const, environment, versions: [version('api', '0.9.0')] };
    await deployToEnvironment(back, tools);
    expect(server.requests.map(({ head }) => head)).toEqual([
      'shipyarn/production',
      'shipyarn/production-rollback',
    ]);
    expect(infra.show('values.yaml', 'shipyarn/production-rollback')).toBe(values('0.9.0', '1.0.0'));
    expect(infra.show('.shipyarn/holds.yaml', 'shipyarn/production-rollback')).not.toContain('web');
    expect(infra.show('values.yaml', 'shipyarn/production')).toBe(values('1.1.0', '1.1.0'));
    await deployToEnvironment({ ...back, versions: [version('api', '0.8.0')] }, tools);
    expect(infra.show('values.yaml', 'shipyarn/production-rollback')).toBe(values('0.8.0', '1.0.0'));
  });

  it('pushes nothing when nothing changed, and follows a base that moved', async () => {
    const { infra, tools } = await setUp();
    const order = {
      ...request,
      environment: infra.environment({ pullRequest: true }),
      versions: [version('api', '1.1.0')],
    };
    const one = await deployToEnvironment(order, tools);
    await deployToEnvironment(order, { ...tools, clock: { now: () => Date.parse('2031-01-01') } });
    expect(infra.remote.git('rev-parse', 'shipyarn/production')).toBe(one.commit);
    await deployToEnvironment(
      { ...order, environment: infra.environment(), versions: [version('web', '3.0.0')] },
      tools,
    );
    await deployToEnvironment(order, tools);
    expect(infra.show('values.yaml', 'shipyarn/production')).toBe(values('1.1.0', '3.0.0'));
  });

  it('asks for auto-merge, and says so where the forge will not', async () => {
    const { server, infra, tools } = await setUp();
    for (const method of ['REBASE', 'rebase']) server.barred.add(method);
    const environment = infra.environment({ pullRequest: { autoMerge: true, branch: 'bump' } });
    await deployToEnvironment({ ...request, environment, versions: [version('api', '1.1.0')] }, tools);
    expect(server.requests[0]).toMatchObject({
      head: 'bump',
      autoMerge: expect.stringMatching(/squash|true/i),
    });
    for (const method of ['SQUASH', 'squash', 'MERGE', 'merge']) server.barred.add(method);
    await deployToEnvironment({ ...request, environment, versions: [version('api', '1.2.0')] }, tools);
    expect(infra.events).toContainEqual({
      kind: 'warning',
      message: expect.stringContaining('will not merge by itself'),
    });
  });

  it('tells a wrong token without showing it', async () => {
    const { server, infra, tools } = await setUp();
    const wrong = async () =>
      openForge({
        remoteUrl: infra.url,
        settings: { kind, api: server.api, tokenEnv: 'T' },
        env: { T: 'hunter2hunter2' },
      });
    const order = {
      ...request,
      environment: infra.environment({ pullRequest: true }),
      versions: [version('api', '1.1.0')],
    };
    const failure = await deployToEnvironment(order, { ...tools, openForge: wrong }).catch((error) => error);
    expect(failure).toMatchObject({ reason: 'forge-no-access', hint: expect.stringContaining('T or') });
    expect(JSON.stringify({ ...failure, message: failure.message })).not.toContain('hunter2');
  });

  it('makes a release once', async () => {
    const { server } = await setUp();
    const forge = openForge({
      remoteUrl: 'https://x.example/acme/mono.git',
      settings: { kind, api: server.api, tokenEnv: 'T' },
      env: { T: 's3cret' },
    });
    const release = { gitTag: '@acme/api@1.0.0', name: 'api 1.0.0', notes: '* x', prerelease: false };
    expect(await forge?.putRelease(release)).toBe('made');
    expect(await forge?.putRelease(release)).toBe('present');
    expect(server.releases).toMatchObject([{ gitTag: '@acme/api@1.0.0', notes: '* x' }]);
  });
});

describe('a forge that is not known', () => {
  it('is told before anything is pushed', async () => {
    const infra = infraFixture({ 'values.yaml': values('1.0.0', '1.0.0') });
    const order = {
      ...request,
      environment: infra.environment({ pullRequest: true }),
      versions: [version('api', '1.1.0')],
    };
    const tools = {
      ...(await infra.tools()),
      openForge: async () => openForge({ remoteUrl: infra.url, env: {} }),
    };
    await expect(deployToEnvironment(order, tools)).rejects.toMatchObject({
      reason: 'infra-forge-unknown',
      exitCode: 2,
    });
    expect(infra.remote.git('branch', '--list')).toBe('* main');
  });
});
