import { inputFailure } from '../errors.ts';
import type { Descriptor } from '../ports/registry.ts';

/** Media types and JSON shapes of the OCI image specification 1.1, and Docker's schema 2 beside them. */
export const mediaTypes = {
  ociIndex: 'application/vnd.oci.image.index.v1+json',
  ociManifest: 'application/vnd.oci.image.manifest.v1+json',
  ociConfig: 'application/vnd.oci.image.config.v1+json',
  ociLayer: 'application/vnd.oci.image.layer.v1.tar+gzip',
  dockerIndex: 'application/vnd.docker.distribution.manifest.list.v2+json',
  dockerManifest: 'application/vnd.docker.distribution.manifest.v2+json',
} as const;

export interface ImageManifest {
  schemaVersion: 2;
  mediaType: string;
  config: Descriptor;
  layers: Descriptor[];
  annotations?: Record<string, string>;
}

export interface ImageIndex {
  schemaVersion: 2;
  mediaType: string;
  manifests: Descriptor[];
  annotations?: Record<string, string>;
}

/** An image's config file. Fields that are not named here are kept as they are. */
export interface ImageConfig {
  created?: string;
  architecture: string;
  os: string;
  variant?: string;
  config?: {
    Env?: string[];
    Entrypoint?: string[] | null;
    Cmd?: string[] | null;
    WorkingDir?: string;
    User?: string;
    Labels?: Record<string, string> | null;
    [field: string]: unknown;
  };
  rootfs: { type: 'layers'; diff_ids: string[] };
  history?: { created?: string; created_by?: string; empty_layer?: boolean; comment?: string }[];
  [field: string]: unknown;
}

export interface Platform {
  os: string;
  architecture: string;
  variant?: string;
}

export function isIndex(mediaType: string): boolean {
  return mediaType === mediaTypes.ociIndex || mediaType === mediaTypes.dockerIndex;
}

export function jsonBytes(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

/** `linux/arm64/v8` as a value. Throws an input failure for anything else. */
export function parsePlatform(text: string): Platform {
  const [, os, architecture, variant] = /^([a-z0-9]+)\/([a-z0-9_]+)(?:\/([a-z0-9]+))?$/.exec(text) ?? [];
  if (os === undefined || architecture === undefined) {
    throw inputFailure({
      reason: 'platform-invalid',
      message: `\`${text}\` in \`platforms\` is no platform.`,
      hint: 'Write it as `linux/amd64` or `linux/arm64/v8`.',
    });
  }
  return { os, architecture, ...(variant === undefined ? {} : { variant }) };
}

export function platformName({ os, architecture, variant }: Platform): string {
  return [os, architecture, ...(variant === undefined ? [] : [variant])].join('/');
}

/** Sets one variable in a config's `Env` list (`NAME=value`), in place of an earlier value. */
export function withVariable(env: readonly string[], name: string, value: string): string[] {
  return [...env.filter((variable) => !variable.startsWith(`${name}=`)), `${name}=${value}`];
}
