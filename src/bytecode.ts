import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { Script } from 'node:vm';
import { optimizeLater } from './optimizeLater.ts';

/**
 * Lets the bundled files of a folder start from the bytecode that `npm run build` made of them (scripts/compile.mjs).
 * V8 refuses bytecode of another version or of other flags, so ours are set first; then, as where there is none, it
 * compiles the source as usual. `started` is told of every file: the build takes bytecode from there.
 * @see https://nodejs.org/docs/latest-v20.x/api/vm.html#scriptcreatecacheddata
 */
export function useBytecode(folder: string, started?: (file: string, script: Script) => void): void {
  optimizeLater();
  const { extensions } = createRequire(join(folder, 'bytecode.cjs'));
  const usual = extensions['.js'];
  extensions['.cjs'] = (module, file) => {
    if (dirname(file) !== folder) return usual?.(module, file);
    const script = compile(file);
    started?.(file, script);
    const start = script.runInThisContext();
    start.call(
      module.exports,
      module.exports,
      (id: string) => module.require(id),
      module,
      file,
      folder,
      importModule,
    );
  };
}

/** Stands for `import()` in the bundled files: scripts/build.mjs says why. */
function importModule(id: string): Promise<unknown> {
  return import(id);
}

/**
 * A bundled file as the body of a CommonJS module, ready to be called; from its bytecode where that fits.
 * @public scripts/compile.mjs
 */
export function compile(file: string): Script {
  const cachedData = bytecodeOf(file);
  // The build writes ASCII.
  return new Script(`(function (${parameters}) {${readFileSync(file, 'latin1')}\n})`, {
    filename: file,
    ...(cachedData !== undefined && { cachedData }),
  });
}

const parameters = 'exports, require, module, __filename, __dirname, Import';

/**
 * Where the bytecode of a bundled file stands; each version of V8 and each architecture has its own.
 * @public scripts/compile.mjs
 */
export function bytecodeFile(file: string): string {
  const { versions, arch } = process;
  return join(dirname(file), 'bytecode', `v8-${versions.v8}-${arch}`, `${basename(file)}.bin`);
}

function bytecodeOf(file: string): Buffer | undefined {
  try {
    return readFileSync(bytecodeFile(file));
  } catch {
    return undefined;
  }
}
