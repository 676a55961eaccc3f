import type { YarnFamily } from '../project.ts';
import type { YarnRegistry } from './yarnRegistry.ts';

/** What is taken where neither `packageManager` nor `yarnPath` names a version. */
const lastVersions = { classic: '1.22.22', berry: '4.17.1' };

/**
 * A Node script that runs Yarn as `packageManager` names it: from its cache folder, else out of the npm
 * registry (`yarn`, `@yarnpkg/cli-dist`), checked against the hash in `packageManager` where there is one.
 * The registry is the one that Corepack is told by environment variable, else the one that Yarn itself would ask.
 * Needs neither Corepack nor a Yarn in the image.
 */
export function fetchYarnScript(
  family: YarnFamily,
  version: string | null,
  packageManager: string,
  registry: YarnRegistry,
): string {
  const release = version ?? lastVersions[family];
  const name = family === 'classic' ? 'yarn' : '@yarnpkg/cli-dist';
  const [, algorithm = '', hash = ''] = /\+(sha\d+)\.([0-9a-f]+)$/.exec(packageManager) ?? [];
  return script
    .replaceAll('%NAME%', name)
    .replaceAll('%FILE%', family === 'classic' ? 'lib/cli.js' : 'bin/yarn.js')
    .replaceAll('%VERSION%', release)
    .replaceAll('%ALGORITHM%', family === 'classic' ? '' : algorithm)
    .replaceAll('%HASH%', hash)
    .replace('%SERVER_VARIABLE%', family === 'classic' ? 'YARN_REGISTRY' : 'YARN_NPM_REGISTRY_SERVER')
    .replace('%SETTINGS%', () => JSON.stringify(registry));
}

const script = `// Runs Yarn %VERSION%; fetches it from the npm registry on first use. Written by shipyarn.
const { createHash } = require('node:crypto');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const zlib = require('node:zlib');

const name = '%NAME%';
const version = '%VERSION%';
const settings = %SETTINGS%;
const home = process.env.SHIPYARN_YARN_FOLDER || process.env.YARN_CACHE_FOLDER || process.env.YARN_GLOBAL_FOLDER || os.tmpdir();
const folder = path.join(home, 'shipyarn-yarn-' + version);
const entry = path.join(folder, '%FILE%');

function untar(tar) {
  const files = new Map();
  for (let at = 0; at + 512 <= tar.length && tar[at] !== 0; ) {
    const size = parseInt(tar.toString('latin1', at + 124, at + 136), 8);
    const file = tar.toString('utf8', at, at + 100).replace(/\\0.*$/, '');
    files.set(file.replace(/^[^/]+\\//, ''), tar.subarray(at + 512, at + 512 + size));
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return files;
}

function filled(text) {
  return text.replace(/\\$\\{(\\w+)(?::?-([^}]*))?\\}/g, (_, name, otherwise) => process.env[name] || otherwise || '');
}

function registry() {
  const { COREPACK_NPM_REGISTRY, COREPACK_NPM_TOKEN, %SERVER_VARIABLE%: own } = process.env;
  if (COREPACK_NPM_REGISTRY) return { server: COREPACK_NPM_REGISTRY, headers: authorization(COREPACK_NPM_TOKEN) };
  const server = own || filled(settings.server || '');
  // Yarn 1 keeps a token for the host it is named for.
  if (!server || (own && name === 'yarn')) return { server: server || 'https://registry.npmjs.org', headers: {} };
  return { server, headers: authorization(filled(settings.token || ''), filled(settings.ident || '')) };
}

function authorization(token, ident) {
  if (token) return { authorization: 'Bearer ' + token };
  if (!ident) return {};
  return { authorization: 'Basic ' + (ident.includes(':') ? Buffer.from(ident).toString('base64') : ident) };
}

function notFetched(url, why) {
  const otherwise = 'COREPACK_NPM_REGISTRY may name another registry, or commit the release and name it in yarnPath';
  return new Error('cannot fetch Yarn ' + version + ' from ' + url + ' (' + why + '); ' + otherwise);
}

async function fetchYarn() {
  const { server, headers } = registry();
  const url = server.replace(/\\/$/, '') + '/' + name + '/-/' + name.split('/').pop() + '-' + version + '.tgz';
  const response = await fetch(url, { headers }).catch((error) => {
    throw notFetched(url, error.cause || error);
  });
  if (!response.ok) throw notFetched(url, 'status ' + response.status);
  const files = untar(zlib.gunzipSync(Buffer.from(await response.arrayBuffer())));
  const release = files.get('%FILE%');
  const found = '%ALGORITHM%' === '' ? '%HASH%' : createHash('%ALGORITHM%').update(release).digest('hex');
  if (found !== '%HASH%') throw new Error('Yarn ' + version + ' does not have the hash that packageManager names');
  const temporary = folder + '.' + process.pid;
  for (const [file, content] of files) {
    if (!/^(lib|bin|package.json)/.test(file)) continue;
    fs.mkdirSync(path.dirname(path.join(temporary, file)), { recursive: true });
    fs.writeFileSync(path.join(temporary, file), content);
  }
  if (!fs.existsSync(entry)) fs.renameSync(temporary, folder);
}

(async () => {
  if (!fs.existsSync(entry)) await fetchYarn();
  process.argv[1] = entry;
  const cli = require(entry);
  if (name === 'yarn' && !cli.autoRun) cli.default();
})().catch((error) => {
  console.error(String(error));
  process.exitCode = 1;
});
`;
