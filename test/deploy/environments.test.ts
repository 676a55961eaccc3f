import { describe, expect, it } from 'vitest';
import { deployToEnvironment } from '../../src/deploy/deployToEnvironment.ts';
import { selectFiles } from '../../src/deploy/selectFiles.ts';
import { digest } from './bump.ts';
import { infraFixture, registry, version } from './infraFixture.ts';

const image = `${registry}/api`;
const request = { mode: 'release' as const, settings: undefined };

describe('environments that share a repo and name no paths', () => {
  const environment = (name: string) => ({ name, repo: 'x' });
  const files = [
    'envs/production/api.yaml',
    'envs/staging/api.yaml',
    'charts/api/values-prod.yaml',
    'charts/api/values-staging.yaml',
    'charts/api/values.yaml',
    'apps/stage/production-like.yaml',
    'production.yml',
    'clusters/prod-eu/x.json',
    'production/readme.md',
    '.shipyarn/production.yaml',
  ];

  it('have the files that carry their name', () => {
    const of = (name: string, other: string) =>
      files.filter(selectFiles(environment(name), [environment(other)]).matches);
    expect(of('production', 'staging')).toEqual([files[0], files[2], files[6], files[7]]);
    expect(of('staging', 'production')).toEqual([files[1], files[3], files[5]]);
  });

  it('the same goes for paths that they share', () => {
    const shared = (name: string) => ({ ...environment(name), paths: ['envs'] });
    const { matches } = selectFiles(shared('staging'), [shared('production')]);
    expect(files.filter(matches)).toEqual([files[1]]);
  });

  it('one alone has all YAML and JSON files', () => {
    expect(files.filter(selectFiles(environment('production'), []).matches)).toEqual(files.slice(0, 8));
  });
});

describe('paths', () => {
  it.each([
    [['apps'], ['apps/a.yaml', 'apps/b/c.json'], ['other/a.yaml', 'apps/x.txt', 'apps2/a.yaml']],
    [['apps/*.yaml'], ['apps/a.yaml'], ['apps/b/a.yaml']],
    [['**/prod/**', '!**/secret*'], ['x/prod/a.yaml'], ['x/prod/secrets.yaml']],
    [['a/b.yaml', './c/'], ['a/b.yaml', 'c/d.yaml'], ['a/c.yaml']],
    [['.'], ['a.yaml', 'b/c.yaml'], []],
    [['[x]/a.yaml'], ['x/a.yaml'], []],
  ])('%j', (paths, inside, outside) => {
    const { matches } = selectFiles({ name: 'p', repo: 'x', paths }, []);
    expect([...inside, ...outside].filter(matches)).toEqual(inside);
  });
});

describe('digest pinning', () => {
  it.each([
    [
      'a tag',
      `image: { repository: ${image}, tag: 1.0.0 }\n`,
      `image: { repository: ${image}, tag: 1.1.0@${digest} }\n`,
    ],
    ['a reference', `image: ${image}:1.0.0\n`, `image: ${image}:1.1.0@${digest}\n`],
    [
      'a digest of its own',
      `repository: ${image}\ntag: 1.0.0\ndigest: ""\n`,
      `repository: ${image}\ntag: 1.1.0\ndigest: "${digest}"\n`,
    ],
    [
      'Kustomize',
      `images:\n- name: ${image}\n  newTag: 1.0.0\n  digest: sha256:${'0'.repeat(64)}\n`,
      `images:\n- name: ${image}\n  newTag: 1.1.0\n  digest: ${digest}\n`,
    ],
  ])('%s', async (_, before, after) => {
    const infra = infraFixture({ 'kustomization.yaml': before });
    const environment = infra.environment({ digest: true });
    const order = { ...request, siblings: [], environment, versions: [version('api', '1.1.0', digest)] };
    await deployToEnvironment(order, await infra.tools());
    expect(infra.show('kustomization.yaml')).toBe(after);
    const again = await deployToEnvironment(order, await infra.tools());
    expect(again).toMatchObject({ outcomes: [{ outcome: 'present' }], edits: [] });
  });

  it('pins a version that runs unpinned', async () => {
    const infra = infraFixture({ 'a.yaml': `image: ${image}:1.1.0\n` });
    const environment = infra.environment({ digest: true });
    await deployToEnvironment(
      { ...request, siblings: [], environment, versions: [version('api', '1.1.0', digest)] },
      await infra.tools(),
    );
    expect(infra.show('a.yaml')).toBe(`image: ${image}:1.1.0@${digest}\n`);
  });
});

describe('the guard', () => {
  it.each([
    ['1.2.0', '1.1.9', 'older'],
    ['1.2.0', '1.2.0-rc.1', 'older'],
    ['v1.2.0', '1.1.0', 'older'],
    ['1.2.0', '1.2.0', 'present'],
    ['1.2.0-rc.1', '1.2.0', 'landed'],
    ['latest', '1.0.0', 'landed'],
    ['""', '1.0.0', 'landed'],
    ['sha-0123abc', '0.1.0', 'landed'],
  ])('%s runs and %s comes: %s', async (running, next, outcome) => {
    const infra = infraFixture({ 'a.yaml': `image: { repository: ${image}, tag: ${running} }\n` });
    const order = {
      ...request,
      siblings: [],
      environment: infra.environment(),
      versions: [version('api', next)],
    };
    const result = await deployToEnvironment(order, await infra.tools());
    expect(result.outcomes).toMatchObject([{ outcome }]);
    expect(infra.log()).toHaveLength(outcome === 'landed' ? 2 : 1);
  });

  it('moves the places that are behind, and no newer one', async () => {
    const infra = infraFixture({
      'a.yaml': `a: { image: "${image}:1.0.0" }\nb: { image: "${image}:2.0.0" }\n`,
    });
    const order = {
      ...request,
      siblings: [],
      environment: infra.environment(),
      versions: [version('api', '1.5.0')],
    };
    await deployToEnvironment(order, await infra.tools());
    expect(infra.show('a.yaml')).toBe(`a: { image: "${image}:1.5.0" }\nb: { image: "${image}:2.0.0" }\n`);
  });
});
