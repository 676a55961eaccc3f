import { expect, it } from 'vitest';
import { tagEventsNotice } from '../../src/plan/tagEventsNotice.ts';
import { changeOf, configWith, planOf } from './planValues.ts';

it.each([
  [4, 'git@github.com:acme/shop.git', /more than three tags, and this one has 4.*refs\/shipyarn\/main/],
  [3, 'git@github.com:acme/shop.git', null],
  [4, 'git@gitlab.com:acme/shop.git', null],
  [4, null, null],
])('a release of %i services to %s: %s', async (count, remoteUrl, expected) => {
  const services = await planOf([
    ...Array.from({ length: count }, (_, index) => changeOf({ name: `service-${index}` })),
    changeOf({ name: 'unchanged', affected: false }),
  ]);
  const plan = {
    schema: 1 as const,
    head: { commit: '', branch: 'main', dirty: false },
    services,
    deployments: null,
  };
  const notice = tagEventsNotice(plan, { config: configWith(), remoteUrl, branch: 'main' });
  if (expected === null) expect(notice).toBeNull();
  else expect(notice).toMatch(expected);
});
