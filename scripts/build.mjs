// Bundles src/ into dist/: one small entry plus chunks that load on demand, so that start-up
// reads two or three files. What is large, or reads files beside itself, stays a dependency.
import { chmod, rm } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';

const external = ['@yarnpkg/core', 'https-proxy-agent'];

/** Modules that packages require at their start for what is done here by other means, by the packages' names. */
const leftOut = {
  // Its own SSH, sessions, packing and `.dockerignore`: with them it takes four times as long to load.
  'dockerode|docker-modem': /^(?:ssh2|tar-fs|@balena\/dockerignore|@grpc\/[\w-]+)$/,
  '@grpc/grpc-js': /^@grpc\/proto-loader$/,
};

const leaveOut = {
  name: 'leave-out',
  setup({ onResolve }) {
    for (const [packages, filter] of Object.entries(leftOut)) {
      const inside = new RegExp(`/node_modules/(?:${packages})/`);
      onResolve({ filter }, ({ importer }) =>
        inside.test(importer) ? { path: path.resolve('scripts/leftOut.mjs') } : undefined,
      );
    }
  },
};

await rm('dist', { recursive: true, force: true });
await build({
  entryPoints: ['src/bin.ts'],
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  external,
  plugins: [leaveOut],
  alias: {
    // The ES modules of a package that gives CommonJS to Node: they can be split and imported on demand.
    yaml: './node_modules/yaml/browser/index.js',
    // conventional-changelog would read package.json with it, Handlebars write source maps: 40 ms at every start.
    'normalize-package-data': './scripts/leftOut.mjs',
    'source-map': './scripts/leftOut.mjs',
  },
  sourcemap: 'linked',
  sourcesContent: false,
  logLevel: 'warning',
  // Bundled CommonJS packages call require() for Node's own modules.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
});
await chmod('dist/bin.js', 0o755);
