import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';

/** A package version as published: fields of its package.json. */
export interface Published {
  name: string;
  version: string;
  [field: string]: unknown;
}

/** Makes a registry one of a company's own: with TLS, on an address that containers reach, for one token. */
interface RegistryGuard {
  address: string;
  tls: { key: Buffer; cert: Buffer };
  token: string;
}

/**
 * An npm registry on loopback that serves invented packages with the documented protocol (package documents and
 * tarballs), so that real Yarns resolve hundreds of shapes without the network.
 * @see https://github.com/npm/registry/blob/main/docs/responses/package-metadata.md
 */
export async function fakeRegistry(published: readonly Published[], guard?: RegistryGuard) {
  const tarballs = new Map<string, Buffer>();
  const documents = new Map<string, Published[]>();
  for (const manifest of published) {
    tarballs.set(tarballPath(manifest), await tarball(manifest));
    documents.set(manifest.name, [...(documents.get(manifest.name) ?? []), manifest]);
  }
  let refused = 0;
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    if (guard !== undefined && request.headers.authorization !== `Bearer ${guard.token}`) {
      refused += 1;
      response.writeHead(401).end('{}');
      return;
    }
    const path = decodeURIComponent((request.url ?? '').split('?')[0] ?? '');
    const found = documents.get(path.slice(1));
    const file = tarballs.get(path);
    if (found !== undefined) {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(document(found, tarballs, url)));
    } else if (file !== undefined) response.end(file);
    else response.writeHead(404).end('{}');
  };
  const server = guard === undefined ? createServer(answer) : createSecureServer(guard.tls, answer);
  const address = guard?.address ?? '127.0.0.1';
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  const scheme = guard === undefined ? 'http' : 'https';
  const url = `${scheme}://${address}:${(server.address() as AddressInfo).port}`;
  return {
    url,
    /** Requests without the token. */
    refused: () => refused,
    close: () => server.close(),
  };
}

function document(versions: readonly Published[], tarballs: ReadonlyMap<string, Buffer>, url: string) {
  const described = versions.map((manifest) => {
    const file = tarballs.get(tarballPath(manifest)) as Buffer;
    const integrity = `sha512-${createHash('sha512').update(file).digest('base64')}`;
    const shasum = createHash('sha1').update(file).digest('hex');
    return [
      manifest.version,
      { ...manifest, dist: { tarball: url + tarballPath(manifest), integrity, shasum } },
    ];
  });
  const times = versions.map(({ version }) => [version, '2020-01-01T00:00:00.000Z']);
  return {
    name: versions[0]?.name,
    'dist-tags': { latest: versions.at(-1)?.version },
    versions: Object.fromEntries(described),
    time: { created: '2020-01-01T00:00:00.000Z', ...Object.fromEntries(times) },
  };
}

function tarballPath({ name, version }: Published): string {
  return `/${name}/-/${name.split('/').at(-1)}-${version}.tgz`;
}

/** A package archive as npm makes it: everything below `package/`; `more`: files beside its index. */
export async function tarball(manifest: Published, more: Record<string, string> = {}): Promise<Buffer> {
  const tar = pack();
  const mtime = new Date(0);
  tar.entry({ name: 'package/package.json', mtime }, `${JSON.stringify(manifest, null, 2)}\n`);
  tar.entry({ name: 'package/index.js', mtime }, `module.exports = '${manifest.version}';\n`);
  for (const [path, content] of Object.entries(more)) tar.entry({ name: `package/${path}`, mtime }, content);
  tar.finalize();
  return gzipSync(await buffer(tar));
}
