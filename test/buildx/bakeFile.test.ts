import { describe, expect, it } from 'vitest';
import { bakeFile } from '../../src/image/buildx/bakeFile.ts';
import { rankBuilders } from '../../src/image/buildx/rankBuilders.ts';
import { requestOf } from '../engine/engineFixture.ts';

function imageOf(service: string, more: Partial<Parameters<typeof requestOf>[1]> = {}) {
  const { contents } = requestOf(
    { Dockerfile: 'FROM scratch' },
    { service, location: 'r.example.com/team', ...more },
  );
  return {
    contents,
    context: `/contexts/${service}`,
    references: ['r.example.com/team/api:1'],
    output: 'type=image,push=true',
    secrets: [],
  };
}

describe('bakeFile', () => {
  it('says everything about an image', () => {
    const image = imageOf('@acme/api', {
      platforms: ['linux/amd64', 'linux/arm64'],
      buildArguments: { MODE: 'fast' },
    });
    expect(
      bakeFile([{ ...image, secrets: ['id=token,env=TOKEN'], cacheFrom: ['r.example.com/team/api:0'] }]),
    ).toEqual({
      group: { default: { targets: ['acme-api'] } },
      target: {
        'acme-api': {
          context: '/contexts/@acme/api',
          dockerfile: 'Dockerfile',
          args: { SOURCE_DATE_EPOCH: '0', MODE: 'fast', BUILDKIT_INLINE_CACHE: '1' },
          tags: ['r.example.com/team/api:1'],
          platforms: ['linux/amd64', 'linux/arm64'],
          secret: ['id=token,env=TOKEN'],
          'cache-from': ['type=registry,ref=r.example.com/team/api:0'],
          output: ['type=image,push=true'],
          attest: ['type=provenance,disabled=true'],
        },
      },
    });
  });

  it('keeps services apart whose names come out alike', () => {
    const { group } = bakeFile([imageOf('@acme/api'), imageOf('acme-api'), imageOf('@acme/api.v2')]);
    expect(group.default.targets).toEqual(['acme-api', 'acme-api-2', 'acme-api-v2']);
  });

  it('lets bake read no templates in values', () => {
    const file = bakeFile([imageOf('api', { buildArguments: { A: 'a $' + '{HOME} %{if}' } })]);
    expect(file.target.api?.args.A).toBe('a $$' + '{HOME} %%{if}');
  });
});

describe('rankBuilders', () => {
  const builders = ['north', 'south', 'east', 'west'];
  const services = Array.from({ length: 400 }, (_, index) => `@acme/service-${index}`);

  it('spreads services evenly', () => {
    const counts = new Map<string, number>();
    for (const service of services) {
      const [first = ''] = rankBuilders(service, builders);
      counts.set(first, (counts.get(first) ?? 0) + 1);
    }
    expect([...counts.keys()].sort()).toEqual([...builders].sort());
    for (const count of counts.values()) expect(Math.abs(count - 100)).toBeLessThan(40);
  });

  it('moves only the services of a builder that left, in whatever order builders are named', () => {
    const left = builders.filter((builder) => builder !== 'south').reverse();
    for (const service of services) {
      const before = rankBuilders(service, builders);
      expect(rankBuilders(service, left)).toEqual(before.filter((builder) => builder !== 'south'));
    }
  });
});
