// Bundles src/ into dist/: one small entry plus chunks that load on demand, so that start-up
// reads two or three files. What is large, or reads files beside itself, stays a dependency.
import { chmod, rm } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'rolldown';

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
  { name: 'start', test: /\/src\/cli\/runCli\.ts$/, priority: 4 },
  {
    name: 'look',
    test: /\/src\/(?:wiring|pipeline\/affectedNames|config\/parseConfigFile)\.ts$/,
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

await rm('dist', { recursive: true, force: true });
await build({
  input: 'src/bin.ts',
  platform: 'node',
  external,
  plugins: [leaveOut],
  transform: { target: 'node20.19' },
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
  output: {
    dir: 'dist',
    // Node loads CommonJS faster: a tenth of a small preview.
    format: 'cjs',
    entryFileNames: '[name].cjs',
    chunkFileNames: '[name]-[hash].cjs',
    codeSplitting: { groups },
    // Names stay as they are: stack traces are for people.
    minify: { compress: true, mangle: false, codegen: { removeWhitespace: true } },
    sourcemap: true,
    sourcemapExcludeSources: true,
  },
});
await chmod('dist/bin.cjs', 0o755);
