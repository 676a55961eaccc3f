import type { Published } from './fakeRegistry.ts';

/** Versions of each invented package; the later ones depend on other ones than the earlier. */
export const plainNames = ['ant', 'bee', 'cat', 'dog', 'elk', 'fox', 'gnu', '@zoo/hen', '@zoo/ibex', 'jay'];

const versions = ['1.0.0', '1.1.0', '2.0.0'];

/**
 * What the invented registry holds: packages that depend on one another (cycles too), peers, optional and
 * platform-bound ones, some that Yarn patches or extends by itself, one that depends on a workspace's name.
 */
export const publishedPackages: readonly Published[] = [
  ...plainNames.flatMap((name, index) => versions.map((version, step) => plain(name, version, index, step))),
  { name: 'resolve', version: '1.20.0', dependencies: { ant: '^1.0.0' } },
  { name: 'resolve', version: '1.22.0', dependencies: { bee: '^1.0.0' } },
  { name: 'typescript', version: '4.9.5', bin: { tsc: './bin/tsc' } },
  { name: 'typescript', version: '5.0.4', bin: { tsc: './bin/tsc', tsserver: './bin/tsserver' } },
  { name: 'fsevents', version: '2.3.2', os: ['darwin'] },
  {
    name: 'watcher',
    version: '1.0.0',
    optionalDependencies: { fsevents: '~2.3.2' },
    dependencies: { resolve: '^1.20.0' },
  },
  { name: '@babel/parser', version: '7.0.0' },
  { name: '@babel/types', version: '7.8.3', dependencies: { cat: '2.0.0' } },
  { name: 'got', version: '8.3.2' },
  { name: '@types/responselike', version: '1.0.0' },
  { name: '@types/keyv', version: '3.1.1' },
  { name: 'native-linux', version: '1.0.0', os: ['linux'], cpu: ['x64'] },
  { name: 'native-darwin', version: '1.0.0', os: ['darwin'] },
  {
    name: 'native',
    version: '1.0.0',
    optionalDependencies: { 'native-linux': '1.0.0', 'native-darwin': '1.0.0' },
  },
  {
    name: 'plugin',
    version: '1.0.0',
    peerDependencies: { ant: '*', dog: '>=1' },
    peerDependenciesMeta: { dog: { optional: true } },
  },
  { name: 'uses-workspace', version: '1.0.0', dependencies: { '@acme/w1': '^1.0.0' } },
  { name: '@acme/w1', version: '1.5.0', dependencies: { jay: '^1.0.0' } },
  { name: '@acme/w1', version: '3.0.0', dependencies: { jay: '^2.0.0' } },
];

function plain(name: string, version: string, index: number, step: number): Published {
  const at = (offset: number) => plainNames[(index + offset) % plainNames.length] as string;
  const range = ['^1.0.0', '~1.1.0', '2.x'][step] as string;
  const dependencies: Record<string, string> =
    index % 3 === step ? { [at(1)]: range, [at(3)]: '*' } : { [at(2)]: range };
  return {
    name,
    version,
    dependencies: index % 4 === 3 ? {} : dependencies,
    ...(index % 5 === 2 ? { optionalDependencies: { [at(4)]: '^1.0.0' } } : {}),
    ...(index % 2 === 0 ? { bin: { [name.split('/').at(-1) as string]: './index.js' } } : {}),
  };
}
