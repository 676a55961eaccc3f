import { describe, expect, it } from 'vitest';
import { changeOf, planOf } from './planValues.ts';

const quiet = { affected: false, commits: ['docs: unrelated'] };

describe('groups', () => {
  it('release all members where one is to be released, each on its own version line', async () => {
    const planned = await planOf(
      [
        changeOf({ commits: ['feat: a'] }),
        changeOf({ name: '@acme/web', last: '3.4.5', ...quiet }),
        changeOf({ name: '@acme/worker', ...quiet }),
      ],
      { groups: { shop: ['api', 'services/web'] } },
    );
    expect(planned.map(({ affected, nextVersion }) => [affected, nextVersion])).toEqual([
      [true, '1.3.0'],
      [true, '3.4.6'],
      [false, null],
    ]);
    expect(planned[1]?.reasons).toEqual([{ kind: 'group', workspace: 'services/api' }]);
    expect(planned[1]?.warnings).toEqual([]);
  });

  it('release nothing where no member changed', async () => {
    const planned = await planOf([changeOf(quiet), changeOf({ name: '@acme/web', ...quiet })], {
      groups: { shop: ['@acme/*'] },
    });
    expect(planned.map(({ nextVersion }) => nextVersion)).toEqual([null, null]);
  });

  it('that share a service are tied together', async () => {
    const planned = await planOf(
      [
        changeOf({ name: 'a', ...quiet }),
        changeOf({ name: 'b', ...quiet }),
        changeOf({ name: 'c', commits: ['fix: c'] }),
      ],
      { groups: { one: ['a', 'b'], two: ['b', 'c'] } },
    );
    expect(planned.map(({ nextVersion }) => nextVersion)).toEqual(['1.2.1', '1.2.1', '1.2.1']);
  });

  it('must match a service', async () => {
    await expect(planOf([changeOf()], { groups: { shop: ['nobody'] } })).rejects.toMatchObject({
      exitCode: 2,
      reason: 'group-without-service',
      at: { file: 'shipyarn.yaml' },
    });
  });
});
