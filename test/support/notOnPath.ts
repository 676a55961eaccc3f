import { access } from 'node:fs/promises';
import path from 'node:path';

/** Why a command cannot be used, with the Debian package that has it; nothing where it is on the PATH. */
export async function notOnPath(command: string, debianPackage: string): Promise<string | undefined> {
  for (const folder of (process.env.PATH ?? '').split(path.delimiter)) {
    const found = await access(path.join(folder, command)).then(
      () => true,
      () => false,
    );
    if (found) return undefined;
  }
  return `no \`${command}\` on the PATH (Debian: apt-get install ${debianPackage})`;
}
