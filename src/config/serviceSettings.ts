import type { ServiceConfig } from './schema.ts';
import type { BuilderName, Config, ServiceSettings } from './settings.ts';

/** Packages that no image needs at build or run time; an update of one must not release every service. */
const defaultIgnoredDependencies: readonly string[] = [
  'eslint',
  'eslint-*',
  '@eslint/*',
  '@typescript-eslint/*',
  'typescript-eslint',
  'prettier',
  'prettier-*',
  'stylelint',
  'stylelint-*',
  '@biomejs/*',
  'oxlint',
  'jest',
  'jest-*',
  '@jest/*',
  'ts-jest',
  '@types/jest',
  'vitest',
  '@vitest/*',
  'mocha',
  '@types/mocha',
  'chai',
  '@types/chai',
  'sinon',
  '@types/sinon',
  'nyc',
  'c8',
  '@playwright/test',
  'playwright',
  'cypress',
  'supertest',
  '@types/supertest',
  '@testing-library/*',
  'husky',
  'lint-staged',
  'lefthook',
  '@commitlint/*',
  'commitizen',
  'cz-*',
  'nodemon',
  'shipyarn',
];

/** Name without its scope: `@acme/api` → `api`. */
export function unscopedName(name: string): string {
  return name.startsWith('@') ? name.slice(name.indexOf('/') + 1) : name;
}

/** The settings of one service: its override laid over the top level, laid over the defaults. */
export function serviceSettings(config: Config, service: { name: string; path: string }): ServiceSettings {
  const { file } = config;
  const own: ServiceConfig = overrideOf(config, service) ?? {};
  return {
    image: own.image ?? unscopedName(service.name),
    dockerfile: own.dockerfile ?? file.dockerfile ?? null,
    context: own.context ?? file.context ?? 'root',
    inputs: [...(file.inputs ?? []), ...(own.inputs ?? [])],
    installFiles: [...(file.installFiles ?? []), ...(own.installFiles ?? [])],
    ignore: [...(file.ignore ?? []), ...(own.ignore ?? [])],
    ignoreDependencies: own.ignoreDependencies ?? file.ignoreDependencies ?? defaultIgnoredDependencies,
    base: own.base ?? file.base ?? null,
    node: own.node ?? file.node ?? null,
    builder: builderName(config),
    platforms: own.platforms ?? file.platforms ?? [],
    buildArguments: { ...file.buildArguments, ...own.buildArguments },
    secrets: { ...file.secrets, ...own.secrets },
    command: own.command ?? null,
  };
}

/** In a release `auto` is the engine, and never quietly another. */
export function builderName({ file: { builder } }: Config): BuilderName {
  return builder === undefined || builder === 'auto' ? 'engine' : builder;
}

function overrideOf(config: Config, service: { name: string; path: string }): ServiceConfig | undefined {
  const overrides = config.file.overrides ?? {};
  return overrides[service.name] ?? overrides[unscopedName(service.name)] ?? overrides[service.path];
}
