// Writes dist/bytecode/: what V8 makes of the bundled files, so that a start reads that instead of compiling them. Of
// files that the runs below load it holds the functions that they call, of all others every function.
import { execFileSync } from 'node:child_process';
import { appendFile, cp, mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { devNull, tmpdir } from 'node:os';
import path from 'node:path';
import { Writable } from 'node:stream';
import { setFlagsFromString } from 'node:v8';

const root = path.resolve(import.meta.dirname, '..');
const dist = path.join(root, 'dist');
const { bundleLoader, bytecodeFile, compile, loading } = createRequire(import.meta.url)(
  '../dist/bytecode.cjs',
);
const started = new Map();
const load = bundleLoader(dist, (file, script) => started.set(file, script));

/** The previews that people wait for. */
const runs = [
  ['affected', '--names'],
  ['affected', '--committed', '--names'],
  ['affected'],
  ['affected', '--committed', '--json'],
  ['context', '@harbour/api', '--commit', 'HEAD', '--out', 'context'],
];

const env = { PATH: process.env.PATH, HOME: devNull, GIT_CONFIG_GLOBAL: devNull, GIT_CONFIG_NOSYSTEM: '1' };

/** The demo's monorepo, with changes of several kinds since its release. */
async function makeMonorepo(folder) {
  const git = (...args) => {
    const settings = [
      'user.name=build',
      'user.email=build@localhost',
      'tag.gpgSign=false',
      'commit.gpgSign=false',
    ];
    execFileSync('git', [...settings.flatMap((setting) => ['-c', setting]), ...args], { cwd: folder, env });
  };
  await cp(path.join(root, 'fixtures/demo/monorepo'), folder, { recursive: true });
  const [, release] = /^yarnPath: (.+)$/m.exec(await readFile(path.join(folder, '.yarnrc.yml'), 'utf8'));
  await mkdir(path.join(folder, path.dirname(release)), { recursive: true });
  await writeFile(path.join(folder, release), '');
  await writeFile(
    path.join(folder, 'shipyarn.yaml'),
    'services: ["services/*"]\nregistry: registry.example.com\n',
  );
  git('init', '--quiet', '--initial-branch=main');
  git('add', '--all');
  git('commit', '--quiet', '--message', 'feat: begin');
  for (const name of ['api', 'web', 'worker'])
    git('tag', '--annotate', '--message', 'release', `@harbour/${name}@1.0.0`);
  git('pack-refs', '--all');
  await appendFile(path.join(folder, 'services/api/src/server.js'), '\n');
  git('commit', '--quiet', '--all', '--message', 'fix(api): mend');
}

/** Runs them in this process, which keeps what they have compiled. */
async function runPreviews() {
  const { runCli } = load('./runCli.cjs');
  const folder = await mkdtemp(path.join(await realpath(tmpdir()), 'shipyarn-compile-'));
  try {
    await makeMonorepo(folder);
    for (const argv of runs) {
      const [stdout, stderr] = [[], []];
      const streams = { stdout: collector(stdout), stderr: collector(stderr) };
      const status = await runCli({
        argv,
        cwd: folder,
        env,
        ...streams,
        end: (given) => process.exit(given),
      });
      if (status !== 0)
        throw new Error(`shipyarn ${argv.join(' ')}: exit status ${status}\n${stderr.join('')}`);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function collector(chunks) {
  return new Writable({ write: (chunk, _encoding, done) => done(void chunks.push(chunk)) });
}

await runPreviews();

/** `bin.cjs` has started when bytecode is first looked for; `bytecode.cjs` is for here alone. */
const bundled = (await readdir(dist))
  .filter((name) => name.endsWith('.cjs') && name !== 'bin.cjs' && name !== 'bytecode.cjs')
  .map((name) => path.join(dist, name));
setFlagsFromString('--no-lazy');
for (const file of bundled) if (!started.has(file)) started.set(file, compile(file));
setFlagsFromString('--lazy');
await mkdir(path.dirname(bytecodeFile(path.join(dist, 'bin.cjs'))), { recursive: true });
for (const [file, script] of started)
  await writeFile(
    bytecodeFile(file),
    loading(() => script.createCachedData()),
  );
