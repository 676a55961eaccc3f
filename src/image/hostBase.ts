import { access, readFile, realpath } from 'node:fs/promises';
import path from 'node:path';
import { inputFailure } from '../errors.ts';
import { type RootEntry, RootFileSystem } from './rootFileSystem.ts';
import { sharedLibraries } from './sharedLibraries.ts';

/** What RUN lines and package scripts expect to find beside Node; all of them are on any Linux machine. */
const commands = [
  'sh',
  'env',
  'cat',
  'chmod',
  'chown',
  'cp',
  'id',
  'ln',
  'ls',
  'mkdir',
  'mv',
  'rm',
  'sleep',
  'true',
  'uname',
];
const commandFolders = ['/bin', '/usr/bin'];
const searchPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const nameABase = 'Name a base image in shipyarn.yaml, for example `base: node:20-slim`.';
/** The dynamic loader looks here by itself. */
const loaderFolder = /^\/(usr\/)?lib(32|64)?(\/|$)/;

const caBundle = '/etc/ssl/certs/ca-certificates.crt';
/** Where Debian, Fedora, openSUSE and Alpine keep the certificate authorities they trust. */
const caBundlesOnHosts = [
  caBundle,
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

const accounts = {
  '/etc/passwd': 'root:x:0:0:root:/root:/bin/sh\nnode:x:1000:1000:node:/home/node:/bin/sh\n',
  '/etc/group': 'root:x:0:\nnode:x:1000:\n',
  '/etc/nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files dns\n',
};

/** This machine, as far as a base image made from it depends on it. */
export interface Host {
  readonly platform: NodeJS.Platform;
  /** Absolute path of the `node` binary. */
  readonly execPath: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** A base image made of this machine's own Node: enough to install with Yarn and to run a service, and no more. */
export interface HostBase {
  /** Absolute path in the image → entry, sorted, parents before their children. */
  readonly entries: ReadonlyMap<string, RootEntry>;
  /** The image's config, in the words of the OCI image specification. */
  readonly config: { readonly Env: readonly string[]; readonly Cmd: readonly string[] };
}

/**
 * Finds the files of a base image on this machine: Node, Corepack where Node brings it, a shell and a few commands,
 * the libraries they need, and the certificate authorities this machine trusts.
 * Throws on anything but Linux: containers run Linux binaries, and such a machine has none.
 */
export async function hostBase(host: Host): Promise<HostBase> {
  checkPlatform(host);
  const files = new RootFileSystem();
  const node = await realpath(host.execPath);
  await addNode(files, node);
  const programs = await addCommands(files, host);
  const libraries = new Set((await Promise.all([node, ...programs].map(sharedLibraries))).flat());
  for (const library of libraries) await files.copyWithLinks(library);
  const authorities = await trustedAuthorities(host.env);
  if (authorities.length > 0) files.text(caBundle, authorities);
  addAccounts(files);
  const Env = [
    `PATH=${searchPath}`,
    ...libraryPath(libraries),
    ...(authorities.length > 0 ? [`NODE_EXTRA_CA_CERTS=${caBundle}`] : []),
  ];
  return { entries: files.entries(), config: { Env, Cmd: ['node'] } };
}

function checkPlatform({ platform }: Host): void {
  if (platform === 'linux') return;
  throw inputFailure({
    reason: 'host-base-not-linux',
    message: `A base image made of this machine's own Node needs Linux, and this is ${platform}.`,
    hint: nameABase,
  });
}

/** Laid out as in the official Node images. */
async function addNode(files: RootFileSystem, node: string): Promise<void> {
  await files.copy(node, '/usr/local/bin/node');
  const corepack = path.resolve(path.dirname(node), '../lib/node_modules/corepack');
  if (!(await exists(corepack))) return;
  await files.copyTree(corepack, '/usr/local/lib/node_modules/corepack');
  files.link('/usr/local/bin/corepack', '../lib/node_modules/corepack/dist/corepack.ts');
  files.link('/usr/local/bin/yarn', '../lib/node_modules/corepack/dist/yarn.ts');
}

/** Where on this machine each command of the base is found. Throws where one is missing, and on anything but Linux. */
export function findCommands(host: Host): Promise<string[]> {
  checkPlatform(host);
  const folders = [...commandFolders, ...(host.env.PATH ?? '').split(':').filter(path.isAbsolute)];
  return Promise.all(
    commands.map(async (command) => {
      const found = await firstExisting(folders.map((folder) => path.join(folder, command)));
      if (found === undefined) throw missingCommand(command);
      return found;
    }),
  );
}

/** Returns the files behind the commands. */
async function addCommands(files: RootFileSystem, host: Host): Promise<string[]> {
  const found = await findCommands(host);
  return Promise.all(
    found.map(async (file) => {
      await files.copyWithLinks(file);
      const command = path.basename(file);
      if (!commandFolders.includes(path.dirname(file))) files.link(`/usr/bin/${command}`, file);
      return realpath(file);
    }),
  );
}

function addAccounts(files: RootFileSystem): void {
  for (const [target, content] of Object.entries(accounts)) files.text(target, content);
  files.directory('/tmp', 0o1777);
  files.directory('/root', 0o700);
  files.directory('/home/node', 0o755, 1000);
}

/** The system's bundle and what NODE_EXTRA_CA_CERTS adds to it, as behind a company's proxy. */
async function trustedAuthorities(env: Host['env']): Promise<Buffer> {
  const bundle = await firstExisting(caBundlesOnHosts);
  const candidates = [bundle, env.NODE_EXTRA_CA_CERTS].filter(
    (file) => file !== undefined && file !== '',
  ) as string[];
  const present = await Promise.all(candidates.map((file) => realpath(file).catch(() => undefined)));
  const distinct = new Set(present.filter((file) => file !== undefined));
  return Buffer.concat(await Promise.all([...distinct].map((file) => readFile(file))));
}

/** Libraries that Node finds through its own RPATH (`$ORIGIN/../lib`) have to be found from /usr/local/bin too. */
function libraryPath(libraries: ReadonlySet<string>): string[] {
  const folders = new Set(
    [...libraries].map((library) => path.dirname(library)).filter((folder) => !loaderFolder.test(folder)),
  );
  return folders.size > 0 ? [`LD_LIBRARY_PATH=${[...folders].sort().join(':')}`] : [];
}

function missingCommand(command: string): Error {
  const message = `This machine has no "${command}" to make a base image of.`;
  return inputFailure({ reason: 'host-base-no-command', message, hint: nameABase });
}

async function firstExisting(files: readonly string[]): Promise<string | undefined> {
  for (const file of files) if (await exists(file)) return file;
  return undefined;
}

function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
