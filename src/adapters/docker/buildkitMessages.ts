import protobuf from 'protobufjs';
import type { EngineMessage } from '../../ports/engine.ts';

/**
 * The part of BuildKit's protocol that is used here.
 * Source: moby/buildkit `api/services/control/control.proto`, `session/secrets/secrets.proto`,
 * `session/auth/auth.proto`; grpc/grpc `src/proto/grpc/health/v1/health.proto`.
 */
const definitions = `
  syntax = "proto3";
  message Timestamp { int64 seconds = 1; int32 nanos = 2; }
  message Vertex {
    string digest = 1; string name = 3; bool cached = 4;
    Timestamp started = 5; Timestamp completed = 6; string error = 7;
  }
  message VertexLog { string vertex = 1; bytes msg = 4; }
  message StatusResponse { repeated Vertex vertexes = 1; repeated VertexLog logs = 3; }

  message GetSecretRequest { string ID = 1; }
  message GetSecretResponse { bytes data = 1; }
  message CredentialsRequest { string Host = 1; }
  message CredentialsResponse { string Username = 1; string Secret = 2; }
  message HealthCheckRequest { string service = 1; }
  message HealthCheckResponse { int32 status = 1; }
`;

const root = protobuf.parse(definitions, { keepCase: true }).root;

/** Turns an object into the bytes of the message type named, and back. */
export function encodeMessage(type: string, value: object): Buffer {
  return Buffer.from(root.lookupType(type).encode(value).finish());
}

export function decodeMessage<T>(type: string, bytes: Buffer): T {
  return root.lookupType(type).decode(bytes) as T;
}

interface StatusResponse {
  vertexes: {
    digest: string;
    name: string;
    cached: boolean;
    started: Timestamp | null;
    completed: Timestamp | null;
    error: string;
  }[];
  logs: { vertex: string; msg: Uint8Array }[];
}

interface Timestamp {
  seconds: number | { toNumber(): number };
  nanos: number;
}

/** Decodes the `aux` of a `moby.buildkit.trace` line: base64 of a StatusResponse. */
export function decodeStatus(aux: string): EngineMessage {
  const status = decodeMessage<StatusResponse>('StatusResponse', Buffer.from(aux, 'base64'));
  return {
    kind: 'status',
    vertices: status.vertexes.map(({ digest, name, cached, started, completed, error }) => ({
      digest,
      name,
      cached,
      started: milliseconds(started),
      completed: milliseconds(completed),
      error,
    })),
    logs: status.logs.map((log) => ({ vertex: log.vertex, text: Buffer.from(log.msg).toString('utf8') })),
  };
}

function milliseconds(timestamp: Timestamp | null): number | null {
  if (!timestamp) return null;
  const seconds = typeof timestamp.seconds === 'number' ? timestamp.seconds : timestamp.seconds.toNumber();
  return seconds * 1000 + timestamp.nanos / 1e6;
}
