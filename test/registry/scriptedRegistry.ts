import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CredentialSource } from '../../src/adapters/registry/dockerCredentials.ts';
import { httpRegistry } from '../../src/adapters/registry/httpRegistry.ts';
import { registryHost } from '../../src/adapters/registry/registryHost.ts';
import type { ImageStore } from '../../src/ports/registry.ts';
import { serve } from '../support/httpServer.ts';

/** What a cloud registry answers, where only its documented protocol can be had and not the registry itself. */
export interface ScriptedRegistry {
  host: string;
  /** `GET /v2/…` in order. */
  seen: string[];
  /** The `authorization` header of each, or undefined. */
  authorizations: (string | undefined)[];
}

export async function startScripted(
  answer: (request: IncomingMessage, response: ServerResponse, nth: number) => void,
): Promise<ScriptedRegistry> {
  const seen: string[] = [];
  const authorizations: (string | undefined)[] = [];
  const host = await serve((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    authorizations.push(request.headers.authorization);
    request.resume().on('end', () => answer(request, response, seen.length));
  });
  return { host, seen, authorizations };
}

/** The client under test, impatient. */
export function storeAt(host: string, credentials: CredentialSource = anonymous): ImageStore {
  return httpRegistry(host, registryHost(host, []), {
    credentials,
    retry: { attempts: 4, firstDelay: 1, longestDelay: 5 },
    idle: 300,
  });
}

const anonymous: CredentialSource = { forHost: async () => ({ credentials: null }) };

export function errorAnswer(response: ServerResponse, status: number, code: string, message: string): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ errors: [{ code, message }] }));
}
