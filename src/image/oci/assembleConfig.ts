import { posix } from 'node:path';
import type { ContextContents } from '../../workspace/contextContents.ts';
import { type ImageConfig, type Platform, withVariable } from '../imageFormat.ts';
import type { BaseImage } from './baseImage.ts';
import type { Layer } from './layer.ts';

/** Folder of the image that holds the app. */
export const APP_FOLDER = 'app';
/** User and group: `node` in the official images. The files belong to root, so that a service cannot change them. */
const APP_USER = '1000:1000';

type RuntimeSettings = NonNullable<ImageConfig['config']>;

/** How the built-in template starts a service, over the base's own settings. */
export function serviceSettings(
  contents: ContextContents,
  { config: { config } }: BaseImage,
): RuntimeSettings {
  return {
    ...config,
    Env: Object.entries(contents.environment).reduce(
      (variables, [name, value]) => withVariable(variables, name, value),
      config?.Env ?? [],
    ),
    User: APP_USER,
    WorkingDir: posix.join('/', APP_FOLDER, contents.workingDirectory),
    Entrypoint: [...contents.entrypoint],
    Cmd: [...contents.command],
  };
}

/** The config of an image: settings for its containers, and the layers above the base's. */
export function assembleConfig(
  settings: RuntimeSettings,
  base: BaseImage,
  layers: readonly Layer[],
  platform: Platform,
  createdAt: number,
): ImageConfig {
  const created = new Date(createdAt * 1000).toISOString().replace('.000Z', 'Z');
  const { rootfs } = base.config;
  return {
    created,
    architecture: platform.architecture,
    os: platform.os,
    ...(platform.variant === undefined ? {} : { variant: platform.variant }),
    config: settings,
    rootfs: { type: 'layers', diff_ids: [...rootfs.diff_ids, ...layers.map(({ diffId }) => diffId)] },
    history: [
      ...historyOf(base),
      ...layers.map(({ title }) => ({ created, created_by: `shipyarn: ${title}` })),
    ],
  };
}

/**
 * A base's history, with a line for each of its layers: without that nobody can tell which layer a later line belongs
 * to. Source: OCI image specification 1.1, "Image Configuration", `history`.
 */
function historyOf({
  name,
  config: { rootfs, history = [] },
}: BaseImage): NonNullable<ImageConfig['history']> {
  const described = history.filter(({ empty_layer }) => empty_layer !== true).length;
  const missing = Math.max(0, rootfs.diff_ids.length - described);
  return [...Array.from({ length: missing }, () => ({ created_by: `base image ${name}` })), ...history];
}
