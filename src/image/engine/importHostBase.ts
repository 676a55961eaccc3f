import { realpath, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { workFailure } from '../../errors.ts';
import type { Engine } from '../../ports/engine.ts';
import { sha256 } from '../../sha256.ts';
import { hostBaseName } from '../../workspace/contents/nodeVersion.ts';
import { findCommands, type Host, hostBase } from '../hostBase.ts';
import { rootFileSystemTar } from '../rootFileSystemTar.ts';

/** Label that says what the base was made of. */
const sourceLabel = 'shipyarn.host-base';
/** Counts up when {@link hostBase} chooses other files. */
const form = 2;
const machineFiles = [
  '/etc/ld.so.cache',
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/var/lib/dpkg/status',
  '/var/lib/rpm/rpmdb.sqlite',
  '/lib/apk/db/installed',
];

/**
 * Gives the engine the base image made of this machine's own Node and returns its name,
 * `localhost/shipyarn-host-node:<version>`. Does nothing where the engine has one that was made of this machine as it
 * is. Engines with the containerd store ask a name's registry before they take their own: `localhost` refuses at once,
 * where one that cannot be reached would hang the build.
 */
export async function importHostBase(engine: Engine, host: Host & { version: string }): Promise<string> {
  const name = hostBaseName(host.version);
  const [source, known] = await Promise.all([fingerprint(host), engine.inspect(name)]);
  if (known?.labels[sourceLabel] === source) return name;
  const { entries, config } = await hostBase(host);
  const changes = [
    ...config.Env.map((variable) => `ENV ${variable}`),
    `CMD ${JSON.stringify(config.Cmd)}`,
    `LABEL ${sourceLabel}=${source}`,
  ];
  try {
    await engine.importRootfs(Readable.from(rootFileSystemTar(entries)), name, changes);
  } catch (cause) {
    const message = `The engine did not take the base image ${name}.`;
    throw workFailure({ reason: 'host-base-import', message, output: (cause as Error).message, cause });
  }
  return name;
}

/**
 * Of the files that change whenever the base would: Node, the linker's cache, the package databases, the
 * authorities, and where the commands are. Asking `ldd` for each program takes longer than building a service from
 * its cache. Where PATH leads besides does not count: another shell would else replace the base under a running build.
 */
async function fingerprint(host: Host): Promise<string> {
  const { execPath, env } = host;
  const files = [await realpath(execPath), env.NODE_EXTRA_CA_CERTS, ...machineFiles];
  const commands = await findCommands(host);
  const states = await Promise.all(
    files.map(async (file) => {
      const found = file === undefined ? null : await stat(file).catch(() => null);
      return [file, found?.size, found?.mtimeMs, found?.ino];
    }),
  );
  return sha256(JSON.stringify([form, commands, states]));
}
