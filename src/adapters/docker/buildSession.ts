import { randomUUID } from 'node:crypto';
import type { Duplex } from 'node:stream';
import {
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type sendUnaryData,
  status,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import type Docker from 'dockerode';
import type { EngineBuild } from '../../ports/engine.ts';
import { decodeMessage, encodeMessage } from './buildkitMessages.ts';

/** A connection over which the engine asks back while it builds. */
export interface BuildSession {
  id: string;
  close(): void;
}

interface Method {
  path: string;
  request: string;
  response: string;
  answer(request: never): Promise<object> | object;
}

const serving = 1;

/**
 * Serves what BuildKit asks for: secrets by id, credentials by host, and Health, without which the engine
 * closes the session after about a second (apocas/dockerode#845). The engine learns from the headers which
 * methods there are. Source: moby/buildkit `session/grpchijack/dial.go`.
 */
export async function openBuildSession(
  docker: Docker,
  { secrets, credentialsFor }: Pick<EngineBuild, 'secrets' | 'credentialsFor'>,
): Promise<BuildSession> {
  const methods = sessionMethods(secrets, credentialsFor);
  const server = new Server();
  for (const method of methods) addMethod(server, method);
  const id = randomUUID();
  const socket = await hijack(docker, {
    Upgrade: 'h2c',
    'X-Docker-Expose-Session-Uuid': id,
    'X-Docker-Expose-Session-Name': 'shipyarn',
    'X-Docker-Expose-Session-Grpc-Method': methods.map((method) => method.path),
  });
  socket.on('error', () => socket.destroy());
  server.createConnectionInjector(ServerCredentials.createInsecure()).injectConnection(socket);
  const close = () => {
    server.forceShutdown();
    socket.destroy();
  };
  // Node's HTTP/2 throws where a session ends in the tick in which it began.
  return { id, close: () => void setImmediate(close) };
}

function sessionMethods(
  secrets: EngineBuild['secrets'],
  credentialsFor: EngineBuild['credentialsFor'],
): Method[] {
  const getSecret: Method = {
    path: '/moby.buildkit.secrets.v1.Secrets/GetSecret',
    request: 'GetSecretRequest',
    response: 'GetSecretResponse',
    answer: ({ ID }: { ID: string }) => {
      const data = secrets.get(ID);
      if (!data) throw new UnknownSecret(ID);
      return { data };
    },
  };
  const credentials: Method = {
    path: '/moby.filesync.v1.Auth/Credentials',
    request: 'CredentialsRequest',
    response: 'CredentialsResponse',
    answer: async ({ Host }: { Host: string }) => {
      const found = await credentialsFor(Host === 'registry-1.docker.io' ? 'docker.io' : Host);
      if (!found) return {};
      // An identity token goes without a name. Source: docker/buildx and buildkit `session/auth/authprovider`.
      if ('identityToken' in found) return { Secret: found.identityToken };
      return { Username: found.username, Secret: found.password };
    },
  };
  const health: Method = {
    path: '/grpc.health.v1.Health/Check',
    request: 'HealthCheckRequest',
    response: 'HealthCheckResponse',
    answer: () => ({ status: serving }),
  };
  return [health, getSecret, credentials];
}

class UnknownSecret extends Error {
  constructor(id: string) {
    super(`secret ${id}: not found`);
  }
}

function addMethod(server: Server, method: Method): void {
  const respond = async (call: ServerUnaryCall<object, object>, done: sendUnaryData<object>) => {
    try {
      done(null, await method.answer(call.request as never));
    } catch (error) {
      const code = error instanceof UnknownSecret ? status.NOT_FOUND : status.INTERNAL;
      done({ code, details: (error as Error).message });
    }
  };
  const definition = {
    path: method.path,
    requestStream: false,
    responseStream: false,
    requestSerialize: (value: object) => encodeMessage(method.request, value),
    requestDeserialize: (bytes: Buffer) => decodeMessage<object>(method.request, bytes),
    responseSerialize: (value: object) => encodeMessage(method.response, value),
    responseDeserialize: (bytes: Buffer) => decodeMessage<object>(method.response, bytes),
  } as const;
  server.addService({ respond: definition }, { respond } as UntypedServiceImplementation);
}

function hijack(docker: Docker, headers: Record<string, string | string[]>): Promise<Duplex> {
  const request = { method: 'POST', path: '/session', hijack: true, headers, statusCodes: { 200: true } };
  return new Promise((resolve, reject) => {
    docker.modem.dial(request as never, (error, socket) =>
      error ? reject(error) : resolve(socket as Duplex),
    );
  });
}
