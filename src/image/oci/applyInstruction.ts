import { type ImageConfig, withVariable } from '../imageFormat.ts';
import { pairsOf } from './pairsOf.ts';

type RuntimeConfig = NonNullable<ImageConfig['config']>;

/** An image's run-time settings after one more instruction. `text` is what follows its name, after variables. */
export function applyInstruction(config: RuntimeConfig, name: string, text: string): RuntimeConfig {
  switch (name) {
    case 'ENV': {
      const set = (env: string[], [key, value]: [string, string]) => withVariable(env, key, value);
      return { ...config, Env: pairsOf(text).reduce(set, config.Env ?? []) };
    }
    case 'LABEL':
      return { ...config, Labels: { ...config.Labels, ...Object.fromEntries(pairsOf(text)) } };
    case 'WORKDIR':
      return { ...config, WorkingDir: text };
    case 'USER':
      return { ...config, User: text.trim() };
    case 'STOPSIGNAL':
      return { ...config, StopSignal: text.trim() };
    case 'EXPOSE': {
      const ports = text.split(/\s+/).map((port) => (port.includes('/') ? port : `${port}/tcp`));
      return { ...config, ExposedPorts: { ...(config.ExposedPorts as object), ...asKeys(ports) } };
    }
    case 'VOLUME': {
      const volumes = jsonList(text) ?? text.split(/\s+/);
      return { ...config, Volumes: { ...(config.Volumes as object), ...asKeys(volumes) } };
    }
    case 'CMD':
      return { ...config, Cmd: command(text) };
    case 'ENTRYPOINT':
      // The base's CMD was meant for the base's ENTRYPOINT.
      return { ...config, Entrypoint: command(text), Cmd: null };
    default:
      return config;
  }
}

function command(text: string): string[] {
  return jsonList(text) ?? ['/bin/sh', '-c', text];
}

function jsonList(text: string): string[] | null {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) && value.every((word) => typeof word === 'string') ? value : null;
  } catch {
    return null;
  }
}

function asKeys(names: readonly string[]): Record<string, object> {
  return Object.fromEntries(names.map((name) => [name, {}]));
}
