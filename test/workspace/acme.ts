/** A small monorepo: a service, a library that is built, one that only tests need, one that nobody needs. */
export const acme = {
  'package.json': {
    name: 'acme',
    private: true,
    workspaces: ['packages/*', 'services/*'],
    packageManager: 'yarn@4.17.1',
    devDependencies: { prettier: '3.6.2', 'is-odd': '3.0.1' },
  },
  'shipyarn.yaml': 'services: ["services/*"]\nbase: host\n',
  '.yarnrc.yml': 'nodeLinker: node-modules\n',
  'packages/lib/package.json': {
    name: '@acme/lib',
    version: '1.2.3',
    scripts: { build: 'node build.js' },
    dependencies: { ms: '2.1.3' },
  },
  'packages/lib/index.js': 'module.exports = 1;\n',
  'packages/other/package.json': { name: '@acme/other', version: '1.0.0', dependencies: { bytes: '3.1.2' } },
  'services/api/package.json': {
    name: '@acme/api',
    version: '0.1.0',
    scripts: { start: 'node server.js' },
    dependencies: { '@acme/lib': 'workspace:^' },
    devDependencies: { '@acme/other': 'workspace:*', husky: '9.1.7' },
  },
  'services/api/server.js': 'console.log(1);\n',
  'services/api/CHANGELOG.md': '# Changes\n',
};
