import { describe, expect, it } from 'vitest';
import { deployToEnvironment } from '../../src/deploy/deployToEnvironment.ts';
import { bump } from './bump.ts';
import { infraFixture, registry, version } from './infraFixture.ts';

const image = `${registry}/api`;
const good = `image: ${image}:1.0.0\n`;
const request = { siblings: [], mode: 'release' as const, settings: undefined };

async function failureOf(files: Record<string, string>, settings = {}): Promise<Record<string, unknown>> {
  const infra = infraFixture(files);
  const order = { ...request, environment: infra.environment(settings), versions: [version('api', '1.1.0')] };
  const failure = await deployToEnvironment(order, await infra.tools()).then(
    (result) => ({ result }),
    (error) => error,
  );
  expect(infra.log()).toEqual(['start']);
  return failure;
}

describe('files that cannot be edited', () => {
  it.each([
    ['duplicate keys', `a: 1\na: 2\n${good}`, 2],
    ['tabs', `a:\n\tb: 1\n${good}`, 2],
    ['a broken list', `a: [1\n${good}`, 2],
    ['a broken second document', `${good}---\na: b: c\n`, 3],
  ])('%s: file, line and way out, nothing changed', async (_, text, line) => {
    const failure = await failureOf({ 'apps/api.yaml': text, 'ok.yaml': good });
    expect(failure).toMatchObject({
      reason: 'infra-file-unreadable',
      exitCode: 2,
      at: { file: 'apps/api.yaml', line },
      hint: expect.stringContaining('# shipyarn:'),
    });
  });

  it('broken files that do not name the image are nobody’s business', async () => {
    const infra = infraFixture({
      'a.yaml': 'a: 1\na: 2\n',
      'chart/templates/x.yaml': '{{ if }}\n',
      'b.yaml': good,
    });
    const order = { ...request, environment: infra.environment(), versions: [version('api', '1.1.0')] };
    await deployToEnvironment(order, await infra.tools());
    expect(infra.show('b.yaml')).toBe(`image: ${image}:1.1.0\n`);
  });

  it('a template that names the image is passed over, and named where nothing else is found', async () => {
    const template = `{{- if .x }}\nimage: ${image}:{{ .Values.tag }}\n{{- end }}\n`;
    const failure = await failureOf({ 'chart/templates/d.yaml': template });
    expect(failure).toMatchObject({ reason: 'infra-image-not-found', exitCode: 2 });
    expect(failure.message).toMatch(/chart\/templates\/d\.yaml:\d+ names it, but is a template/);
  });

  it.each([
    ['quoted', `"image:\\n  repository: ${image}\\n"`],
    ['folded', `>\n      image:\n        repository: ${image}\n\n      x: 1`],
    ['a block that is broken', `|\n      image: ${image}:1.0.0\n      a: b: c`],
  ])('Helm values in an Application: %s', async (_, values) => {
    const failure = await failureOf({ 'app.yaml': `spec:\n  helm:\n    values: ${values}\n` });
    expect(failure).toMatchObject({ reason: 'infra-file-unreadable', at: { file: 'app.yaml' } });
    expect(failure.message).toContain('The YAML inside');
  });

  it('a file that two environments claim', async () => {
    const infra = infraFixture({ 'common/api.yaml': good });
    const paths = ['common'];
    const siblings = [infra.environment({ name: 'staging', paths: ['common', 'staging'] })];
    const order = {
      ...request,
      siblings,
      environment: infra.environment({ paths }),
      versions: [version('api', '1.1.0')],
    };
    await expect(deployToEnvironment(order, await infra.tools())).rejects.toMatchObject({
      reason: 'infra-shared-file',
      at: { file: 'common/api.yaml', line: 1 },
    });
  });

  it('an alias that another image uses too', () => {
    const shared = `v: &v 1.0.0\napi: { repository: ${image}, tag: *v }\nweb: { repository: ${registry}/web, tag: *v }\n`;
    expect(() => bump(shared, '1.1.0')).toThrow(/shared through an anchor with `web\.tag`/);
  });

  it('a merge that another image inherits its tag by', () => {
    const merged = `api: &api\n  repository: ${image}\n  tag: 1.0.0\nweb:\n  <<: *api\n  repository: ${registry}/web\n`;
    expect(() => bump(merged, '1.1.0')).toThrow(/shared through an anchor with `web\.<<\.tag`/);
  });

  it.each([
    ['a block', 'a: 1\nb: 2\na: 3\n', 3],
    ['a flow map', 'a: { b: 1,\n  b: 2 }\n', 2],
    ['a later document', '---\na: 1\n---\nb: 1\nb: 1\n', 5],
    ['what an anchor names', 'a: &a\n  1: x\n  1: y\nb: *a\n', 3],
  ])('a key twice in %s', (_, text, line) =>
    expect(failureOf({ 'x.yaml': text + good })).resolves.toMatchObject({
      reason: 'infra-file-unreadable',
      message: expect.stringContaining('Map keys must be unique'),
      at: { file: 'x.yaml', line },
    }),
  );

  it('aliases that multiply', () => {
    const bomb = ['a0: &a0 [x,x,x,x,x,x,x,x,x]'];
    for (let level = 1; level < 12; level += 1)
      bomb.push(
        `a${level}: &a${level} [${Array(9)
          .fill(`*a${level - 1}`)
          .join(',')}]`,
      );
    return expect(failureOf({ 'x.yaml': `${bomb.join('\n')}\n${good}` })).resolves.toMatchObject({
      reason: 'infra-file-unreadable',
    });
  });

  it('an anchor inside its own value', () =>
    expect(failureOf({ 'x.yaml': `a: &a [*a]\n${good}` })).resolves.toMatchObject({
      reason: 'infra-file-unreadable',
    }));
});

describe('places that cannot be found', () => {
  it('nothing found: what was searched, and the ways out', async () => {
    const failure = await failureOf({ 'x.yaml': 'a: 1\n' }, { paths: ['apps/**', 'x.yaml'] });
    expect(failure).toMatchObject({ reason: 'infra-image-not-found', exitCode: 2 });
    expect(failure.message).toContain(image);
    expect(failure.message).toContain('`apps/**`, `x.yaml` (1 files)');
    expect(failure.hint).toContain('targets');
  });

  it.each([
    [{ file: 'y.yaml', path: 'image' }, 'infra-path-missing', 'has no file y.yaml'],
    [{ file: 'x.yaml', path: 'a.b' }, 'infra-path-missing', 'There is no `a.b` in x.yaml'],
    [{ file: 'x.yaml', path: 'a' }, 'infra-path-missing', 'is not a single value'],
    [
      { file: 'x.yaml', path: 'image' },
      'infra-path-ambiguous',
      'stands more than once in x.yaml: in lines 1 and 5',
    ],
  ])('a configured path %j', async (target, reason, message) => {
    const text = `${good}a:\n  c: 1\n---\n${good}`;
    const failure = await failureOf({ 'x.yaml': text }, { targets: { api: [target] } });
    expect(failure).toMatchObject({ reason, exitCode: 2 });
    expect(failure.message).toContain(message);
  });

  it('an empty list of targets: not deployed there, and no error', async () => {
    const failure = await failureOf({ 'x.yaml': good }, { targets: { '@acme/api': [] } });
    expect(failure).toMatchObject({ result: { outcomes: [{ outcome: 'elsewhere' }] } });
  });

  it('a digest that is pinned and not known', () =>
    expect(failureOf({ 'x.yaml': good }, { digest: true })).resolves.toMatchObject({
      reason: 'infra-digest-unknown',
      at: { file: 'x.yaml', line: 1 },
    }));

  it('holds that cannot be read', () =>
    expect(
      failureOf({ 'x.yaml': good, '.shipyarn/holds.yaml': 'holds:\n  - service: x\n' }),
    ).resolves.toMatchObject({
      reason: 'infra-holds-unreadable',
    }));

  it('a freeze window that is no time', () =>
    expect(failureOf({ 'x.yaml': good }, { freeze: [{ from: 'soon', to: 'later' }] })).resolves.toMatchObject(
      {
        reason: 'config-freeze-invalid',
      },
    ));
});

describe('targets', () => {
  it('are found by key path, list position and name', async () => {
    const infra = infraFixture({
      'x.yaml': 'apps:\n- name: web\n  v: 1.0.0\n- name: api\n  v: 1.0.0\nlist: [1.0.0]\n"a.b": 1.0.0\n',
    });
    const targets = {
      api: [
        { file: 'x.yaml', path: 'apps.api.v' },
        { file: 'x.yaml', path: 'list[0]' },
        { file: 'x.yaml', path: '["a.b"]' },
      ],
    };
    const order = {
      ...request,
      environment: infra.environment({ targets, paths: ['none'] }),
      versions: [version('api', '1.1.0')],
    };
    await deployToEnvironment(order, await infra.tools());
    expect(infra.show('x.yaml')).toBe(
      'apps:\n- name: web\n  v: 1.0.0\n- name: api\n  v: 1.1.0\nlist: [1.1.0]\n"a.b": 1.1.0\n',
    );
  });
});
