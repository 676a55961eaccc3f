import { cp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { run } from '../support/run.ts';
import { tempDir } from '../support/tempDir.ts';

const root = path.resolve(import.meta.dirname, '../..');

/** A copy of the built command line, whose bytecode a test may spoil. */
async function copyOfDist(): Promise<{ bin: string; bytecode: string }> {
  const folder = await tempDir('bytecode');
  await cp(path.join(root, 'dist'), path.join(folder, 'dist'), { recursive: true });
  for (const name of ['package.json', 'Dockerfile.template', 'node_modules'])
    await symlink(path.join(root, name), path.join(folder, name));
  const [version = ''] = await readdir(path.join(folder, 'dist/bytecode'));
  return { bin: path.join(folder, 'dist/bin.cjs'), bytecode: path.join(folder, 'dist/bytecode', version) };
}

/** A file for Node's `--require`. */
async function scriptOf(text: string): Promise<string> {
  const file = path.join(await tempDir('seen'), 'seen.cjs');
  await writeFile(file, text);
  return file;
}

describe('the bytecode that the build makes', () => {
  let copy: Awaited<ReturnType<typeof copyOfDist>>;
  let cwd: string;

  beforeAll(async () => {
    copy = await copyOfDist();
    cwd = await tempDir('no-repo');
  });

  const usage = async (env: Record<string, string> = {}) =>
    run(process.execPath, [copy.bin, 'affected', '--help'], { cwd, env });

  /** What V8 said of each file's bytecode. Node tells nobody: a script asks in its place. */
  const verdicts = async (options = '') => {
    const seen = await scriptOf(
      `const vm = require('node:vm');
       const { Script } = vm;
       vm.Script = class extends Script {
         constructor(source, options) {
           super(source, options);
           if (options?.cachedData) process.stderr.write(\`\${this.cachedDataRejected ? 'refused' : 'taken'}\\n\`);
         }
       };`,
    );
    const { stderr } = await usage({ NODE_OPTIONS: `--require ${seen} ${options}` });
    return new Set(stderr.trim().split('\n'));
  };

  it('is taken by V8 as it stands, and not where V8 has other flags', async () => {
    expect(await verdicts()).toEqual(new Set(['taken']));
    expect(await verdicts('--stack-trace-limit=20')).toEqual(new Set(['refused']));
  });

  it('leaves Node the code cache of its own modules', async () => {
    const seen = await scriptOf(
      `const { internalBinding } = require('internal/test/binding');
       process.on('exit', () => {
         const usage = internalBinding('builtins').getCacheUsage();
         const lists = [[...usage.compiledWithCache], [...usage.compiledWithoutCache]];
         process.stderr.write(JSON.stringify(lists) + '\\n');
       });`,
    );
    const options = ['--expose-internals', '--no-warnings', '--require', seen];
    const { stderr } = await run(process.execPath, [...options, copy.bin, 'affected', '--names'], { cwd });
    const [withCache, without] = JSON.parse(stderr.trim().split('\n').at(-1) ?? '');
    expect(withCache).toContain('child_process');
    expect(without).toEqual([]);
  });

  it('changes nothing but the time: not where it is refused, damaged or missing', async () => {
    const expected = (await usage()).stdout;
    expect(expected).toContain('shipyarn affected');
    const same = { exitCode: 0, stdout: expected, stderr: '' };
    expect(await usage({ NODE_OPTIONS: '--stack-trace-limit=20' })).toEqual(same);
    for (const file of await readdir(copy.bytecode)) {
      const content = await readFile(path.join(copy.bytecode, file));
      await writeFile(path.join(copy.bytecode, file), content.subarray(0, content.length / 2));
    }
    expect(await usage()).toEqual(same);
    await rm(copy.bytecode, { recursive: true });
    expect(await usage()).toEqual(same);
  });
});
