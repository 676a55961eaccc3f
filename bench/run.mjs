// Bundles the benchmark's TypeScript, which Node 20 does not read, and runs it.
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'rolldown';

const root = path.resolve(import.meta.dirname, '..');
const outfile = path.join(root, 'node_modules', '.cache', `bench-${process.pid}.mjs`);
await build({
  input: path.join(root, 'bench/main.ts'),
  platform: 'node',
  external: /^[^./]/,
  transform: { target: 'node20.19', define: { __projectRoot: JSON.stringify(root) } },
  output: { file: outfile, format: 'esm', codeSplitting: false },
});
try {
  const { main } = await import(pathToFileURL(outfile).href);
  process.exitCode = await main(process.argv.slice(2));
} finally {
  await rm(outfile, { force: true });
}
