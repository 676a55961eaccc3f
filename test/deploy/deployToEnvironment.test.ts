import { describe, expect, it } from 'vitest';
import { deployToEnvironment, previewDeployment } from '../../src/deploy/deployToEnvironment.ts';
import { infraFixture, registry, version } from './infraFixture.ts';

const values = (tag: string) =>
  `# api\r\nimage:\r\n  repository: ${registry}/api\r\n  tag: ${tag} # the tag\r\nweb:\r\n  image: ${registry}/web:1.0.0`;

const request = { siblings: [], mode: 'release' as const, settings: undefined };

describe('deployToEnvironment', () => {
  it('lands all services in one commit that changes the tags alone', async () => {
    const infra = infraFixture({ 'apps/values.yaml': values('1.0.0'), 'README.md': 'hello' });
    const tools = await infra.tools();
    const versions = [version('api', '1.1.0'), version('web', '2.0.0')];
    const result = await deployToEnvironment(
      { ...request, environment: infra.environment({ paths: ['apps'] }), versions },
      tools,
    );
    expect(infra.show('apps/values.yaml')).toBe(values('1.1.0').replace('web:1.0.0', 'web:2.0.0'));
    expect(infra.show('README.md')).toBe('hello');
    expect(result.edits).toEqual([
      { service: '@acme/api', file: 'apps/values.yaml', line: 4, from: '1.0.0', to: '1.1.0' },
      { service: '@acme/web', file: 'apps/values.yaml', line: 6, from: '1.0.0', to: '2.0.0' },
    ]);
    expect(result.commit).toBe(infra.remote.git('rev-parse', 'main'));
    expect(infra.remote.git('log', '-1', '--format=%B', 'main')).toBe(
      `deploy(production): api 1.1.0, web 2.0.0\n\nEnvironment: production\nService: @acme/api\nVersion: 1.1.0\nSource-Commit: ${'a'.repeat(40)}\nService: @acme/web\nVersion: 2.0.0\nSource-Commit: ${'a'.repeat(40)}`,
    );
    infra.remote.git('fsck', '--strict');
  });

  it('previews without writing, and finds nothing to do the second time', async () => {
    const infra = infraFixture({ 'values.yaml': values('1.0.0') });
    const order = { ...request, environment: infra.environment(), versions: [version('api', '1.1.0')] };
    const tools = await infra.tools();
    const preview = await previewDeployment(order, tools);
    expect(preview.edits).toHaveLength(1);
    expect(infra.log()).toEqual(['start']);
    await deployToEnvironment(order, tools);
    const again = await deployToEnvironment(order, tools);
    expect(again.commit).toBeUndefined();
    expect(again.outcomes).toMatchObject([{ outcome: 'present', from: '1.1.0' }]);
    expect(infra.log()).toHaveLength(2);
  });

  it('never puts an older version over a newer one', async () => {
    const infra = infraFixture({ 'values.yaml': values('1.2.0') });
    const order = { ...request, environment: infra.environment(), versions: [version('api', '1.1.9')] };
    const result = await deployToEnvironment(order, await infra.tools());
    expect(result.outcomes).toMatchObject([
      { outcome: 'older', why: 'production runs 1.2.0, which is newer' },
    ]);
    expect(infra.log()).toEqual(['start']);
  });

  it('waits in a freeze window and lands after it', async () => {
    const infra = infraFixture({ 'values.yaml': values('1.0.0') });
    const freeze = [{ from: '2030-01-01T00:00:00Z', to: '2030-01-03T00:00:00Z', reason: 'holidays' }];
    const order = {
      ...request,
      environment: infra.environment({ freeze }),
      versions: [version('api', '1.1.0')],
    };
    const during = await deployToEnvironment(order, await infra.tools());
    expect(during.outcomes).toMatchObject([
      { outcome: 'frozen', why: 'frozen until 2030-01-03T00:00:00Z: holidays' },
    ]);
    const after = await deployToEnvironment(order, await infra.tools(Date.parse('2030-01-03T00:00:00Z')));
    expect(after.outcomes).toMatchObject([{ outcome: 'landed' }]);
  });

  it('applies its edits again where another push came first', async () => {
    const infra = infraFixture({ 'values.yaml': values('1.0.0') });
    const order = { ...request, environment: infra.environment() };
    const [one, two] = [await infra.tools(), await infra.tools()];
    await Promise.all([
      deployToEnvironment({ ...order, versions: [version('api', '1.1.0')] }, one),
      deployToEnvironment({ ...order, versions: [version('web', '1.1.0')] }, two),
    ]);
    expect(infra.show('values.yaml')).toBe(values('1.1.0').replace('web:1.0.0', 'web:1.1.0'));
    expect(infra.log()).toHaveLength(3);
  });

  it('holds a service where it was rolled back, until it is deployed', async () => {
    const infra = infraFixture({ 'values.yaml': values('1.2.0') });
    const order = { ...request, environment: infra.environment() };
    const tools = await infra.tools();
    await deployToEnvironment({ ...order, mode: 'rollback', versions: [version('api', '1.1.0')] }, tools);
    expect(infra.show('values.yaml')).toBe(values('1.1.0'));
    expect(infra.show('.shipyarn/holds.yaml')).toContain('service: "@acme/api"');
    expect(infra.remote.git('log', '-1', '--format=%B', 'main')).toContain('Rollback-Of: 1.2.0');
    const passed = await deployToEnvironment({ ...order, versions: [version('api', '1.3.0')] }, tools);
    expect(passed.outcomes[0]?.why).toBe(
      'held at 1.1.0 since 2030-01-02T03:04:05.000Z by Ada <ada@example.com>',
    );
    await deployToEnvironment({ ...order, mode: 'deploy', versions: [version('api', '1.3.0')] }, tools);
    expect(infra.show('values.yaml')).toBe(values('1.3.0'));
    expect(infra.remote.git('ls-tree', '-r', '--name-only', 'main')).toBe('values.yaml');
  });
});
