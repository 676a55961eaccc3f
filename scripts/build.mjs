// Bundles src/ into dist/: one small entry plus chunks that load on demand, so that start-up
// reads two or three files. What is large, or reads files beside itself, stays a dependency.
import { chmod, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { build } from 'rolldown';
import { compiledTemplates } from './compiledTemplates.mjs';

const external = ['@yarnpkg/core', 'https-proxy-agent'];

/** Modules that packages require at their start for what is done here by other means, by the packages' names. */
const leftOut = {
  // Its own SSH, sessions, packing and `.dockerignore`: with them it takes four times as long to load.
  'dockerode|docker-modem': /^(?:ssh2|tar-fs|@balena\/dockerignore|@grpc\/[\w-]+)$/,
  '@grpc/grpc-js': /^@grpc\/proto-loader$/,
};

const leaveOut = {
  name: 'leave-out',
  resolveId: {
    filter: { id: Object.values(leftOut) },
    handler(id, importer = '') {
      const found = Object.entries(leftOut).some(
        ([packages, names]) => names.test(id) && new RegExp(`/node_modules/(?:${packages})/`).test(importer),
      );
      return found ? path.resolve('scripts/leftOut.mjs') : null;
    },
  },
};

/**
 * What every command reads, and what nearly all of them need next: a file each, with all that it imports. Cut by who
 * shares what, they would be three dozen small files, which take longer to open than to read.
 */
const groups = [
  {
    name: 'start',
    test: /\/src\/cli\/(?:runCli|baseCommand|commands\/(?:affected|context|build))\.ts$/,
    priority: 5,
  },
  {
    // Git reads while the rest is loaded.
    name: 'git',
    test: /\/src\/wiring\.ts$/,
    priority: 4,
  },
  {
    name: 'look',
    test: /\/src\/(?:pipeline\/affectedNames|config\/parseConfigFile)\.ts$/,
    priority: 3,
  },
  {
    name: 'describe',
    test: /\/src\/(?:pipeline\/context|context\/writeContext|report\/tellWarnings)\.ts$/,
    priority: 2,
  },
  { name: 'plan', test: /\/src\/pipeline\/plan\.ts$/, priority: 1 },
  {
    name: 'images',
    test: /\/src\/(?:pipeline\/pushBuilds|adapters\/registry\/openImageStore|image\/(?:makeImages|oci\/(?:ociBuilder|cacheFolder)))\.ts$/,
    priority: 0,
  },
];

/**
 * What takes long to load and few runs call: parts of Node, and packages that give a function, which may have others. Each
 * function loads them when it is called.
 */
const loadedLate =
  /^(?:node:(?:crypto|fs\/promises|os|readline|stream\/(?:consumers|promises)|timers\/promises|util|zlib)|micromatch|semver\/(?:functions|ranges)\/[\w-]+\.js)$/;

const require = createRequire(import.meta.url);

const loadLate = {
  name: 'load-late',
  resolveId: {
    filter: { id: loadedLate },
    handler: (id, importer = '') => (importer.startsWith(path.resolve('src')) ? `\0late:${id}` : null),
  },
  load: {
    filter: { id: /^\0late:/ },
    handler(id) {
      const name = id.slice('\0late:'.length);
      const given = require(name);
      const functions = Object.keys(given).filter((each) => typeof given[each] === 'function');
      const call = (member) => `(...given) => loaded()${member}(...given);`;
      const late =
        typeof given === 'function'
          ? [
              `const late = ${call('')}`,
              ...functions.map((each) => `late.${each} = ${call(`.${each}`)}`),
              'export default late;',
            ]
          : functions.map((each) => `export const ${each} = ${call(`.${each}`)}`);
      const loaded = `let known;\nconst loaded = () => (known ??= require(${JSON.stringify(require.resolve(name))}));`;
      return { code: [loaded, ...late].join('\n'), moduleSideEffects: false };
    },
  },
};

/**
 * clipanion opens standard input, which no command reads, and asks the terminal for colours, which are ours: that takes
 * as long as to read all tags.
 */
const closedTerminal = {
  name: 'closed-terminal',
  transform: {
    filter: { id: /\/node_modules\/clipanion\/lib\/.*\.mjs$/ },
    handler: (code) => ({
      code: code.replace('stdin: process.stdin,', '').replace("import tty from 'tty';", 'const tty = null;'),
      map: null,
    }),
  },
};

/**
 * What V8 has made bytecode of cannot import: Node 20 loses on the way who asks. `src/bytecode.ts`, which starts without,
 * lends its own import under a name as long, so that source maps stay right.
 */
const importFromOutside = {
  name: 'import-from-outside',
  renderChunk: (code) => ({ code: code.replace(/\bimport\(/g, 'Import('), map: null }),
};

const output = {
  dir: 'dist',
  // Node loads CommonJS faster: a tenth of a small preview.
  format: 'cjs',
  entryFileNames: '[name].cjs',
  chunkFileNames: '[name]-[hash].cjs',
  // Names stay as they are: stack traces are for people.
  minify: { compress: true, mangle: false, codegen: { removeWhitespace: true } },
  sourcemap: true,
  sourcemapExcludeSources: true,
};
const platform = { platform: 'node', transform: { target: 'node20.19' } };

await rm('dist', { recursive: true, force: true });
await build({
  ...platform,
  input: { runCli: 'src/cli/runCli.ts' },
  external,
  plugins: [leaveOut, loadLate, compiledTemplates, closedTerminal, importFromOutside],
  // What is imported on demand may be in a group all the same.
  checks: { ineffectiveDynamicImport: false },
  resolve: {
    alias: {
      // The ES modules of a package that gives CommonJS to Node: they can be split and imported on demand.
      yaml: path.resolve('node_modules/yaml/browser/index.js'),
      // conventional-changelog would read package.json with it, Handlebars write source maps: 40 ms at every start.
      'normalize-package-data': path.resolve('scripts/leftOut.mjs'),
      'source-map': path.resolve('scripts/leftOut.mjs'),
    },
  },
  // What bytecode.ts reads it as.
  output: { ...output, charset: 'ascii', codeSplitting: { groups } },
});
// What loads the rest is one file; `compile.mjs` uses the second.
for (const name of ['bin', 'bytecode'])
  await build({
    ...platform,
    input: { [name]: `src/${name}.ts` },
    output: { ...output, codeSplitting: false },
  });
await chmod('dist/bin.cjs', 0o755);
