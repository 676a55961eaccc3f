import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { startRegistry, type TestRegistry } from '../support/registry.ts';
import { tempDir } from '../support/tempDir.ts';

/** Accounts with their passwords as `htpasswd -B` writes them. */
const accounts = {
  reader: {
    password: 'read-pass-1',
    hash: '$2b$04$Y2.BtWuH/9dmuZ/qjYa43edydi6MwJ5k/rYBF77hanEKdmkzlQNya',
  },
  writer: {
    password: 'write-pass-2',
    hash: '$2b$04$mFS8jqBTBUmBhaOJRh8K8uBJP5WtQ0x709qaF/6aOo49zDA28GR9K',
  },
};

export interface PrivateRegistry extends TestRegistry {
  credentials: { username: string; password: string };
}

/** A registry that only this account gets into. */
export async function startPrivateRegistry(username: keyof typeof accounts): Promise<PrivateRegistry> {
  const { password, hash } = accounts[username];
  const file = path.join(await tempDir('htpasswd'), 'htpasswd');
  await writeFile(file, `${username}:${hash}\n`);
  const registry = await startRegistry({ config: { auth: { htpasswd: { realm: 'test', path: file } } } });
  return { ...registry, credentials: { username, password } };
}

/** A folder for DOCKER_CONFIG that knows these registries. */
export async function dockerConfig(registries: readonly PrivateRegistry[]): Promise<string> {
  const folder = await tempDir('docker-config');
  await mkdir(folder, { recursive: true });
  const auths = registries.map(({ host, credentials: { username, password } }) => [
    host,
    { auth: Buffer.from(`${username}:${password}`).toString('base64') },
  ]);
  await writeFile(path.join(folder, 'config.json'), JSON.stringify({ auths: Object.fromEntries(auths) }));
  return folder;
}
