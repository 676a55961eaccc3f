import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { tagFormat } from '../../src/changes/tagFormat.ts';

const services = [{ name: '@acme/api' }, { name: 'web' }, { name: 'web-2' }];
const origin = () => ({ file: 'shipyarn.yaml', line: 3 });
const formatOf = (template: string, names = services) => tagFormat({ tagFormat: template, origin }, names);

describe('tag formats', () => {
  it.each([
    ['{service}@{version}', '@acme/api@1.2.3-rc.1', 'web@1.2.3'],
    ['{service}/v{version}', '@acme/api/v1.2.3-rc.1', 'web/v1.2.3'],
    ['{name}-v{version}', 'api-v1.2.3-rc.1', 'web-v1.2.3'],
    ['{version}/{service}', '1.2.3-rc.1/@acme/api', '1.2.3/web'],
    ['release.{name}.{version}', 'release.api.1.2.3-rc.1', 'release.web.1.2.3'],
  ])('%s goes both ways', (template, api, web) => {
    const format = formatOf(template);
    expect(format.format('@acme/api', '1.2.3-rc.1')).toBe(api);
    expect(format.parse(api)).toEqual({ service: '@acme/api', version: '1.2.3-rc.1' });
    expect(format.format('web', '1.2.3')).toBe(web);
    expect(format.parse(web)).toEqual({ service: 'web', version: '1.2.3' });
  });

  it('needs no service name where there is one service', () => {
    const format = formatOf('v{version}', [{ name: 'web' }]);
    expect(format.parse('v1.0.0')).toEqual({ service: 'web', version: '1.0.0' });
  });

  it.each([
    'v1.0.0',
    'web@1.0',
    'web@01.0.0',
    'web@latest',
    'web@1.0.0-',
    'other@1.0.0',
    'xweb@1.0.0',
    'web@1.0.0 ',
    '@other/api@1.0.0',
  ])('ignores the tag %j', (gitTag) => {
    expect(formatOf('{service}@{version}').parse(gitTag)).toBeNull();
  });

  it('tells services whose names hold versions or each other apart', () => {
    const format = formatOf('{service}-{version}', [{ name: 'web' }, { name: 'web-1.0.0' }]);
    expect(format.parse('web-1.0.0-2.0.0')).toEqual({ service: 'web-1.0.0', version: '2.0.0' });
  });

  it.each([
    ...[
      'a b{version}',
      'a..{version}',
      '{version}.lock',
      '{version}.lock/a',
      '{version}~',
      '{version}^',
      'a:{version}',
    ],
    ...[
      'a?{version}',
      '*{version}',
      '[{version}',
      'a\\{version}',
      '/{version}',
      '{version}/',
      'a//{version}',
      '.{version}',
    ],
    ...['a/.{version}', '{version}.', '@{{version}', 'a\t{version}', 'a\u007f{version}'],
    ...[
      'v{version}',
      '{version}',
      'a/v{version}',
      'a.b/{version}',
      'a@{version}',
      '{version}.locked',
      'ü{version}',
    ],
    ...['{version}+a', 'a-{version}', '{version}-', '{version}]', '{version}{'],
  ])('takes %j where Git takes what it makes', (template) => {
    const tag = template.replace('{version}', '0.0.0');
    const git = spawnSync('git', ['check-ref-format', `refs/tags/${tag}`]);
    const make = () => tagFormat({ tagFormat: template, origin: () => null }, [{ name: 'web' }]);
    if (git.status === 0) expect(make().format('web', '0.0.0')).toBe(tag);
    else expect(make).toThrow(expect.objectContaining({ reason: 'tag-format-no-tag', exitCode: 2 }));
  });

  it.each([
    ['-{version}', 'tag-format-no-tag'],
    ['{service}', 'tag-format-without-version'],
    ['{version}-{service}-{version}', 'tag-format-ambiguous'],
    ['v{version}', 'tag-format-ambiguous'],
  ])('refuses %s with the place where it stands', (template, reason) => {
    expect(() => formatOf(template)).toThrow(
      expect.objectContaining({ reason, exitCode: 2, at: { file: 'shipyarn.yaml', line: 3 } }),
    );
  });
});
