import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { Script } from 'node:vm';
import { type Loading, setFlagsForShortRun } from './v8Flags.ts';

/**
 * Loads the bundled files of a folder: `load('./runCli.cjs')`. They start from the bytecode that `npm run build` made of
 * them (scripts/compile.mjs). Where there is none, or V8 refuses it (another version, other flags), V8 compiles the
 * source as usual. They load each other without Node's search for modules, which takes as long as to read them.
 * `started` is told of every file: the build takes bytecode from there.
 * @see https://nodejs.org/docs/latest-v20.x/api/vm.html#scriptcreatecacheddata
 */
export function bundleLoader(
  folder: string,
  started?: (file: string, script: Script) => void,
): (id: string) => unknown {
  const require = createRequire(join(folder, 'bin.cjs'));
  const loaded = new Map<string, { exports: unknown }>();
  const load = (id: string): unknown => {
    const known = loaded.get(id);
    if (known !== undefined) return known.exports;
    return loading(() => (id.startsWith('./') ? loadBundled(id) : require(id)));
  };
  const loadBundled = (id: string): unknown => {
    const file = join(folder, id);
    const module = { exports: {} };
    loaded.set(id, module);
    try {
      const script = compile(file);
      started?.(file, script);
      const body = script.runInThisContext();
      body.call(module.exports, module.exports, load, module, file, folder, importModule);
    } catch (error) {
      // Whoever asks again must not get half of it.
      loaded.delete(id);
      throw error;
    }
    return module.exports;
  };
  return load;
}

/**
 * What loads, and makes bytecode, under the flags that V8 was started with.
 * @public scripts/compile.mjs
 */
export const loading: Loading = setFlagsForShortRun();

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
