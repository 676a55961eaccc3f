import semver from 'semver';
import { describe, expect, it } from 'vitest';
import { packedTags } from '../../src/adapters/git/packedTags.ts';
import { releaseTags } from '../../src/changes/releaseTags.ts';
import { tagFormat } from '../../src/changes/tagFormat.ts';
import { type GitTags, joinedTags, listedTags } from '../../src/ports/gitTags.ts';
import { seededRandom, seedOf } from '../support/random.ts';

const services = [{ name: '@acme/api' }, { name: 'web' }, { name: 'web-2' }];
const formatOf = (template: string) => tagFormat({ tagFormat: template, origin: () => null }, services);

const commit = 'a'.repeat(40);

function listed(names: readonly string[]): GitTags {
  return listedTags(names.map((name) => ({ name, oid: commit, commit, annotated: false })));
}

/** As `git pack-refs` writes them, every third one annotated. */
function packed(names: readonly string[]): GitTags {
  const refs = ['refs/heads/main', ...names.map((name) => `refs/tags/${name}`), 'refs/zoo'];
  const sorted = refs.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const lines = sorted.map((ref, index) => `${commit} ${ref}\n${index % 3 === 0 ? `^${commit}\n` : ''}`);
  return packedTags(`# pack-refs with: peeled fully-peeled sorted \n${lines.join('')}`) as GitTags;
}

function cut(template: string, names: readonly string[], kept = listed) {
  return releaseTags(kept(names), formatOf(template));
}

describe('release tags', () => {
  it('gives each service its own, highest version first, whatever their order', () => {
    const found = cut('{service}@{version}', [
      'web@1.9.0',
      '@acme/api@0.2.0',
      'web@1.10.0',
      'v1.0.0',
      'web-2@7.0.0',
      'web@1.10.0-rc.1',
      'other@9.0.0',
      'web@latest',
    ]);
    expect(found.of('web').map(({ version }) => version)).toEqual(['1.10.0', '1.10.0-rc.1', '1.9.0']);
    expect(found.of('web')[0]?.gitTag.name).toBe('web@1.10.0');
    expect(found.of('web-2').map(({ version }) => version)).toEqual(['7.0.0']);
    expect(found.of('@acme/api').map(({ version }) => version)).toEqual(['0.2.0']);
    expect(found.of('other')).toEqual([]);
    expect(found.highest('other', null)).toBeUndefined();
  });

  it('takes prereleases only on their channel', () => {
    const found = cut('{service}@{version}', ['web@1.0.0', 'web@1.1.0-rc.2', 'web@2.0.0-beta.1']);
    const highest = (channel: string | null) => found.highest('web', channel)?.version;
    expect([highest(null), highest('rc'), highest('beta')]).toEqual(['1.0.0', '1.1.0-rc.2', '2.0.0-beta.1']);
  });

  const first = seedOf();
  it.each(Array.from({ length: 30 }, (_, index) => first + index))(
    'finds what semver calls the highest (seed %i)',
    (seed) => {
      const random = seededRandom(seed);
      const below = (limit: number) => Math.floor(random() * limit);
      const pick = <T>(list: readonly T[]) => list[below(list.length)] as T;
      const part = () => pick(['0', '1', '9', '10', '99', '100', '101', '007', '12345', '123456']);
      const version = () => {
        const plain = `${part()}.${part()}.${part()}`;
        return `${plain}${pick(['', '', '', '', '', '', `-rc.${below(20)}`, '-1', '+b.1', '.1'])}`;
      };
      const template = pick([
        '{service}@{version}',
        '{service}/v{version}',
        '{name}-{version}',
        '{version}/{name}',
        '{name}{version}',
        'ü/{name}-{version}',
        '\u{1f6a2}{name}v{version}',
      ]);
      const format = formatOf(template);
      const names = [
        ...new Set(Array.from({ length: below(60) }, () => format.format(pick(services).name, version()))),
      ];
      if (below(2) === 0) names.sort();
      const half = names.slice(0, names.length / 2);
      const joined = () =>
        joinedTags(packed(half), listed([...names.slice(names.length / 2), ...half.slice(0, 3)]));
      const found = cut(template, names, pick([listed, packed, joined]));
      for (const { name } of services) {
        const own = names.flatMap((each) => {
          const tag = format.parse(each);
          return tag?.service === name ? tag.version : [];
        });
        // Before all are put in order, and afterwards.
        for (const channel of [null, 'rc', null])
          expect(found.highest(name, channel)?.version).toBe(highestOf(own, channel));
        expect(found.of(name).map((tag) => tag.version)).toEqual(
          [...own].sort(semver.compareBuild).reverse(),
        );
        const taken = found.takenBy(name);
        expect([...taken].sort()).toEqual([...own].sort());
        expect([own.every(taken.has), taken.has('77.7.7')]).toEqual([true, false]);
      }
    },
  );
});

function highestOf(versions: readonly string[], channel: string | null): string | undefined {
  const fitting = versions.filter((version) => {
    const kind = semver.prerelease(version)?.[0];
    return kind === undefined || kind === channel;
  });
  return fitting.sort(semver.compareBuild).at(-1);
}
