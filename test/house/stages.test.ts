import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

/** Data goes down this list and never back up (docs/lifecycle.md). */
const stages = ['config', 'workspace', 'changes', 'plan', 'context', 'image', 'release', 'deploy'];
/** Types that a stage above may know: the values handed on, which import nothing but values themselves. */
const sharedValues = ['ports', 'report/event.ts', 'errors.ts'];
const source = resolve(import.meta.dirname, '../../src');

function sourceFiles(): string[] {
  return readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
}

function isModule(name: string): boolean {
  const manifest = readFileSync(resolve(source, '../node_modules', name, 'package.json'), 'utf8');
  return JSON.parse(manifest).type === 'module';
}

/** Files that a file imports, type-only imports marked, relative to src. */
function importsOf(file: string): { target: string; typeOnly: boolean }[] {
  const text = readFileSync(join(source, file), 'utf8');
  const statements = text.matchAll(
    /(import|export)\s+(type\s+)?(?:[^'";]*?from\s+)?'(\.[^']+)'|import\('(\.[^']+)'\)/g,
  );
  return [...statements].map(([, , type, from, dynamic]) => ({
    target: relative(source, resolve(source, dirname(file), from ?? dynamic ?? '')),
    typeOnly: type !== undefined,
  }));
}

describe('the house', () => {
  it('lets data flow down the stages only', () => {
    const upward = sourceFiles().flatMap((file) => {
      const stage = stages.indexOf(file.split('/')[0] ?? '');
      if (stage === -1) return [];
      return importsOf(file)
        .filter(({ target, typeOnly }) => {
          const imported = stages.indexOf(target.split('/')[0] ?? '');
          return imported > stage && !typeOnly;
        })
        .map(({ target }) => `${file} imports ${target}`);
    });
    expect(upward).toEqual([]);
  });

  it('keeps implementations of ports behind the wiring', () => {
    const direct = sourceFiles()
      .filter((file) => !file.startsWith('adapters/') && file !== 'wiring.ts')
      .flatMap((file) =>
        importsOf(file)
          .filter(({ target, typeOnly }) => target.startsWith('adapters/') && !typeOnly)
          .map(({ target }) => `${file} imports ${target}`),
      );
    expect(direct).toEqual([]);
  });

  it('gives commands no style of their own: what they show of others goes through report/render.ts', () => {
    const styled = sourceFiles()
      // The demo shows its own repos.
      .filter((file) => file.startsWith('cli/') && file !== 'cli/commands/demo.ts')
      .filter((file) => importsOf(file).some(({ target }) => target === 'report/style.ts'));
    expect(styled).toEqual([]);
  });

  it('ends the process in the entry file only', () => {
    const offenders = sourceFiles().filter(
      (file) => file !== 'bin.ts' && /process\.(exit\b|chdir)/.test(readFileSync(join(source, file), 'utf8')),
    );
    expect(offenders).toEqual([]);
  });

  it('bundles no CommonJS package that is imported on demand: its named exports would be lost', () => {
    const build = readFileSync(resolve(source, '../scripts/build.mjs'), 'utf8');
    const lost = sourceFiles().flatMap((file) => {
      const text = readFileSync(join(source, file), 'utf8');
      return [...text.matchAll(/await import\('([^.'][^']*)'\)/g)]
        .map(([, name = '']) => name)
        .filter(
          (name) =>
            !name.startsWith('node:') &&
            !isModule(name) &&
            !build.includes(`'${name}'`) &&
            !build.includes(`${name}:`),
        )
        .map((name) => `${file} imports ${name} on demand`);
    });
    expect(lost).toEqual([]);
  });

  it('knows which folders are shared', () => {
    const known = new Set([
      ...stages,
      ...sharedValues,
      'adapters',
      'cleanup',
      'cli',
      'demo',
      'pipeline',
      'report',
    ]);
    const folders = new Set(
      sourceFiles().map((file) => (file.includes('/') ? (file.split('/')[0] ?? '') : '')),
    );
    folders.delete('');
    expect([...folders].filter((folder) => !known.has(folder))).toEqual([]);
  });
});
