import type { ImageStore } from '../../ports/registry.ts';
import type { ClientRequest } from './registryClient.ts';
import type { RegistryHost } from './registryHost.ts';

const MANIFEST_TYPES = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

export type Blob = Parameters<ImageStore['putBlob']>[1];
export type Requests = ReturnType<typeof requestsTo>;

/** The requests of the API, by name. Source: OCI distribution specification 1.1, "Endpoints". */
export function requestsTo(host: RegistryHost) {
  const url = (path: string) => new URL(`${host.origin}/v2/${path}`);
  const pull = (repository: string) => `repository:${repository}:pull`;
  const push = (repository: string) => `repository:${repository}:pull,push`;

  return {
    getManifest: (repository: string, reference: string): ClientRequest => ({
      method: 'GET',
      url: url(`${repository}/manifests/${reference}`),
      headers: { accept: MANIFEST_TYPES },
      repository,
      scopes: [pull(repository)],
      doing: `read the image ${reference}`,
      expect: [200, 404],
    }),
    putManifest: (
      repository: string,
      reference: string,
      mediaType: string,
      bytes: Buffer,
    ): ClientRequest => ({
      method: 'PUT',
      url: url(`${repository}/manifests/${reference}`),
      headers: { 'content-type': mediaType },
      body: bytes,
      repository,
      scopes: [push(repository)],
      doing: reference.includes(':') ? `push the image ${reference}` : `push the image tag ${reference}`,
      expect: [201, 202],
    }),
    headBlob: (repository: string, digest: string): ClientRequest => ({
      method: 'HEAD',
      url: url(`${repository}/blobs/${digest}`),
      repository,
      scopes: [push(repository)],
      doing: `look for the layer ${digest}`,
      expect: [200, 404],
    }),
    getBlob: (repository: string, digest: string): ClientRequest => ({
      method: 'GET',
      url: url(`${repository}/blobs/${digest}`),
      repository,
      scopes: [pull(repository)],
      doing: `read the layer ${digest}`,
      expect: [200, 206],
    }),
    startUpload: (repository: string, mount?: { digest: string; from: string }): ClientRequest => ({
      method: 'POST',
      url: url(
        `${repository}/blobs/uploads/${mount === undefined ? '' : `?${new URLSearchParams({ mount: mount.digest, from: mount.from })}`}`,
      ),
      repository,
      scopes: mount === undefined ? [push(repository)] : [push(repository), pull(mount.from)],
      doing: 'push',
      expect: [201, 202],
    }),
    putBlob: (repository: string, address: URL, blob: Blob): ClientRequest => ({
      method: 'PUT',
      url: address,
      headers: { 'content-type': 'application/octet-stream' },
      body: blob,
      repository,
      scopes: [push(repository)],
      doing: `push the layer ${blob.digest}`,
      expect: [201, 204],
    }),
    listTags: (repository: string): ClientRequest => ({
      method: 'GET',
      url: url(`${repository}/tags/list?n=1000`),
      repository,
      scopes: [pull(repository)],
      doing: 'list the image tags',
      expect: [200, 404],
    }),
  };
}
