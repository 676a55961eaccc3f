import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { inputFailure } from '../errors.ts';

const run = promisify(execFile);

/** Loaded by glibc's resolver when a name is looked up, so `ldd` does not list them (before glibc 2.34). */
const resolverLibrary = /^lib(nss_files|nss_dns|resolv)\.so\.\d+$/;

/**
 * The absolute paths of the shared libraries that a program needs, its loader included.
 * A statically linked program has none. Throws when a library is missing on this machine.
 */
export async function sharedLibraries(program: string): Promise<string[]> {
  const listing = await run('ldd', [program], { env: { ...process.env, LC_ALL: 'C' } }).catch(
    (error: Error & { stdout?: string; stderr?: string; code?: unknown }) => {
      // ldd's exit status is 1 for a script or a static program; glibc and musl word it differently.
      if (/not a (dynamic executable|valid dynamic program)/i.test(`${error.stdout}${error.stderr}`))
        return { stdout: '' };
      throw inputFailure({
        reason: 'host-base-ldd',
        message: `Could not list the shared libraries of ${program} with ldd.`,
        hint: 'Install ldd (libc-bin on Debian), or name a base image in shipyarn.yaml.',
        output: error.message,
      });
    },
  );
  const missing = /^\s*(\S+) => not found/m.exec(listing.stdout);
  if (missing) {
    throw inputFailure({
      reason: 'host-base-library-missing',
      message: `${program} needs ${missing[1]}, which this machine does not have.`,
      hint: 'Name a base image in shipyarn.yaml.',
    });
  }
  const libraries = [...listing.stdout.matchAll(/(?:^|=>)\s*(\/\S+)(?= \(0x)/gm)].map(
    (match) => match[1] as string,
  );
  return [...libraries, ...(await resolverLibraries(libraries))];
}

async function resolverLibraries(libraries: readonly string[]): Promise<string[]> {
  const libc = libraries.find((library) => path.basename(library) === 'libc.so.6');
  if (libc === undefined) return [];
  const folder = path.dirname(libc);
  const names = await readdir(folder);
  return names.filter((name) => resolverLibrary.test(name)).map((name) => path.join(folder, name));
}
