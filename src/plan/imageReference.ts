import type { ServiceIdentity } from '../changes/serviceChange.ts';
import type { Config } from '../config/settings.ts';
import { type Failure, inputFailure } from '../errors.ts';
import type { Service } from '../workspace/service.ts';
import type { PlannedImage } from './releasePlan.ts';

// OCI distribution specification 1.1, "Pulling manifests": <name> and tags as <reference>.
const component = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const repositoryPath = new RegExp(`^${component}(?:/${component})*$`);
const imageTagForm = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
const registryHost = /^(?:localhost|\[[0-9a-fA-F:]+\]|[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*)(?::\d+)?$/;
/** Registries refuse longer names (Docker's reference grammar: 255 in all, host included). */
const longestName = 255;

/**
 * Where a service's image goes: the first registry's repository, the rest as mirrors, tagged by version and by
 * identity. Without a registry the repository is the image's bare name; images in an OCI layout folder, which no
 * cluster pulls from, go by `localhost/`, as Podman calls local images. Throws an input failure, with the place
 * in the configuration, for a name that no registry accepts.
 */
export function imageReference(
  change: Pick<ServiceIdentity, 'service' | 'identity'>,
  version: string,
  config: Config,
): PlannedImage {
  const { service } = change;
  const [repository = service.settings.image, ...mirrors] = config.registries.map((registry) =>
    repositoryIn(registry, service, config),
  );
  if (config.registries.length === 0) checkPath(service.settings.image, service, config);
  return {
    repository,
    tag: imageTagOf(version),
    get identityTag() {
      return identityTagOf(change.identity());
    },
    mirrors,
  };
}

/** The repository that deployments of a service refer to: in the first registry. Throws as `imageReference` does. */
export function repositoryOf(service: Service, config: Config): string {
  const [registry] = config.registries;
  if (registry !== undefined) return repositoryIn(registry, service, config);
  checkPath(service.settings.image, service, config);
  return service.settings.image;
}

/** `identity-<hex>`: the tag that every build of this identity carries. */
export function identityTagOf(identity: string): string {
  return `identity-${identity.replace(/^sha256:/, '')}`;
}

/** `pull-request-identity-<hex>`: the tag of a build that was pushed before its commit was merged. */
export function pullRequestTagOf(identity: string): string {
  return `pull-request-${identityTagOf(identity)}`;
}

/** The tag beside a service's images that holds the layers of all its build stages. */
export const cacheTag = 'cache';

/** A version as an image tag; `+`, which tags cannot hold, becomes `_` as Helm writes it. */
export function imageTagOf(version: string): string {
  const tag = version.replaceAll('+', '_');
  if (imageTagForm.test(tag)) return tag;
  throw inputFailure({
    reason: 'image-tag-invalid',
    message: `The version ${version} cannot be an image tag.`,
    hint: 'Image tags hold letters, digits, `.`, `_` and `-`, at most 128 characters.',
  });
}

function repositoryIn(registry: string, service: Service, config: Config): string {
  const location = registry.replace(/\/+$/, '');
  if (location.startsWith('oci:')) {
    checkPath(service.settings.image, service, config);
    return `localhost/${service.settings.image}`;
  }
  const [host = '', ...path] = location.split('/');
  const namespaceFits = path.length === 0 || repositoryPath.test(path.join('/'));
  if (location.includes('://') || !registryHost.test(host) || !namespaceFits)
    throw invalidRegistry(registry, config);
  checkPath([...path, service.settings.image].join('/'), service, config);
  const repository = `${location}/${service.settings.image}`;
  if (repository.length > longestName)
    throw invalidName(repository, 'is longer than 255 characters', service, config);
  return repository;
}

function checkPath(path: string, service: Service, config: Config): void {
  if (repositoryPath.test(path)) return;
  const why = /[A-Z]/.test(path) ? 'holds upper-case letters' : 'is not a name that registries accept';
  throw invalidName(path, why, service, config);
}

function invalidRegistry(registry: string, config: Config): Failure {
  const at = config.origin('registry');
  return inputFailure({
    reason: 'registry-invalid',
    message: `\`registry: ${registry}\` is not a registry.`,
    hint: 'Write host and namespace without a scheme, the namespace in lower case: `registry.example.com/team`.',
    ...(at === null ? {} : { at }),
  });
}

function invalidName(name: string, why: string, service: Service, config: Config): Failure {
  const at = config.origin('overrides') ?? config.origin('registry');
  return inputFailure({
    reason: 'image-name-invalid',
    message: `The image of ${service.name} would be \`${name}\`, which ${why}.`,
    hint: `Give it another: \`overrides: { "${service.name}": { image: … } }\`; lower-case letters and digits, separated by \`.\`, \`_\`, \`-\` or \`/\`.`,
    ...(at === null ? {} : { at }),
  });
}
