import type { IncomingMessage } from 'node:http';
import { serve } from '../support/httpServer.ts';

type Answer = [status: number, headers?: Record<string, string | number>, body?: string];

/**
 * A small server in place of registries that refuse a manifest (an immutable tag in ECR, say): takes every blob and
 * answers the manifest with the error given; `standing` is the manifest that its tags hold already. Gives
 * `127.0.0.1:<port>`. Protocol: OCI distribution specification 1.1.
 */
export function startRefusingRegistry(
  status: number,
  code: string,
  message: string,
  standing?: string,
): Promise<string> {
  const blobs = new Map<string, number>();
  let received = 0;
  const refusal: Answer = [
    status,
    { 'Content-Type': 'application/json' },
    JSON.stringify({ errors: [{ code, message }] }),
  ];
  const answer = ({ method = '', url = '' }: IncomingMessage): Answer => {
    if (url === '/v2/') return [200, {}, '{}'];
    if (url.includes('/manifests/') && method === 'PUT') return refusal;
    if (url.includes('/manifests/')) return answerManifest(standing);
    if (method === 'HEAD') return answerHead(blobs.get(url.slice(url.lastIndexOf('/') + 1)));
    if (method === 'POST') {
      received = 0;
      return [202, { Location: `${url}1`, 'Docker-Upload-UUID': '1' }];
    }
    if (method === 'PATCH') return [202, { Location: url, Range: `0-${received - 1}` }];
    const digest = new URL(url, 'http://x').searchParams.get('digest') ?? '';
    blobs.set(digest, received);
    return [201, { Location: url, 'Docker-Content-Digest': digest }];
  };
  return serve((request, response) => {
    request.on('data', (chunk: Buffer) => {
      received += chunk.length;
    });
    request.on('end', () => {
      const [statusCode, headers, body] = answer(request);
      response.writeHead(statusCode, headers).end(body);
    });
  });
}

function answerHead(size: number | undefined): Answer {
  return size === undefined ? [404] : [200, { 'Content-Length': size }];
}

function answerManifest(manifest: string | undefined): Answer {
  if (manifest === undefined) return [404];
  return [200, { 'Content-Type': 'application/vnd.oci.image.manifest.v1+json' }, manifest];
}
