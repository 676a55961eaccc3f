import { expect, it } from 'vitest';
import { halfDone } from '../../src/release/halfDone.ts';
import { type Ledger, withProgress } from '../../src/release/ledger.ts';
import { shipyarn } from '../support/run.ts';
import { yarnRepo } from '../workspace/yarnRepo.ts';

it.each([1, 4] as const)(
  'names that every object of JavaScript knows are names like others (Yarn %i)',
  async (version) => {
    const repo = yarnRepo(version, {
      'package.json': {
        name: 'acme',
        private: true,
        workspaces: ['packages/*', 'services/*'],
        packageManager: version === 1 ? 'yarn@1.22.22' : 'yarn@4.17.1',
      },
      'shipyarn.yaml': 'services: ["services/*"]\nchannels: { next: beta }\nbumps: { docs: patch }\n',
      'packages/constructor/package.json': { name: 'constructor', version: '1.0.0' },
      'services/toString/package.json': {
        name: 'api',
        version: '1.0.0',
        main: 'valueOf',
        scripts: { postinstall: 'yarn constructor' },
        dependencies: { constructor: version === 1 ? '1.0.0' : 'workspace:^' },
        devDependencies: {},
        optionalDependencies: {},
      },
      'services/toString/valueOf': '1\n',
      'services/toString/hasOwnProperty/constructor': '1\n',
    });
    repo.git('switch', '--quiet', '--create', 'constructor');
    repo.git('tag', 'api@1.0.0');
    repo.commit('constructor(api): say more', { 'services/toString/valueOf': '2\n' });
    const { stdout, stderr } = await shipyarn(['affected', '--json'], { cwd: repo.root });
    expect(stderr).toBe('');
    expect(JSON.parse(stdout).services).toMatchObject([
      { name: 'api', affected: true, bump: 'patch', nextVersion: '1.0.1' },
    ]);
    const context = await shipyarn(['context', 'api', '--json'], { cwd: repo.root });
    expect(JSON.parse(context.stdout).runtime).toEqual([
      { name: 'constructor', path: 'packages/constructor' },
      { name: 'api', path: 'services/toString' },
    ]);
  },
);

it('a service of such a name has not landed before it did', () => {
  const release = {
    version: '1.0.0',
    gitTag: 'constructor@1.0.0',
    commit: 'c',
    identity: 'i',
    digest: 'd',
    image: 'x',
  };
  const ledger: Ledger = {
    schema: 1,
    commit: 'c',
    services: { constructor: { ...release, published: true } },
    environments: { production: {} },
  };
  expect(halfDone(ledger, ['production', 'valueOf'], false)).toMatchObject([
    { service: 'constructor', left: [{ environment: 'production' }, { environment: 'valueOf' }] },
  ]);
  const landed = { production: { constructor: { version: '1.0.0', commit: null } } };
  expect(withProgress(ledger, { published: {}, landed }).environments).toEqual(landed);
});
