/**
 * The schema of `shipyarn.yaml` and `package.json#shipyarn`: the one source of types, checks, error texts
 * and docs/configuration.md. Every field has a description and, where it is not obvious, a default.
 */
import * as v from 'valibot';

const described = <T extends v.GenericSchema>(schema: T, description: string) =>
  v.pipe(schema, v.description(description));

const text = v.pipe(v.string(), v.minLength(1));
const globs = v.array(text);
const oneOrMore = v.union([text, v.array(text)]);
const bump = v.picklist(['major', 'minor', 'patch', 'none']);

const secret = v.strictObject({
  env: v.optional(described(text, 'Environment variable that holds the value.')),
  file: v.optional(described(text, 'File that holds the value, from the root of the repo or absolute.')),
});

/** Settings that may stand at the top level for all services and be overridden for one. */
const serviceFields = {
  dockerfile: v.optional(
    described(
      text,
      "Dockerfile or template to use, from the root of the repo. Default: the service's own `Dockerfile`, else the repo's `Dockerfile.template`, else the built-in template.",
    ),
  ),
  context: v.optional(
    described(
      v.picklist(['root', 'service']),
      "Shape of the context that an own Dockerfile gets: the repo's or the service folder's. Default `root`.",
    ),
  ),
  inputs: v.optional(
    described(
      globs,
      'Files outside the workspaces that the image is made of, as globs from the root of the repo.',
    ),
  ),
  installFiles: v.optional(
    described(
      globs,
      'Files that install scripts read without naming them (a schema, say), as globs from the root of the repo: they come into the install layers.',
    ),
  ),
  ignore: v.optional(described(globs, 'Files left out of every context, in `.dockerignore` syntax.')),
  ignoreDependencies: v.optional(
    described(
      globs,
      'Packages left out of both lockfile slices (linters, formatters, test runners, commit hooks), as globs over names. Replaces the default list.',
    ),
  ),
  base: v.optional(
    described(
      text,
      "Base image; `host` makes one of this machine's own Node. Default `node:<version>-slim`.",
    ),
  ),
  node: v.optional(
    described(text, 'Node version of the base image. Default: `engines.node`, then `.nvmrc`.'),
  ),
  platforms: v.optional(
    described(globs, "Platforms of the image, such as `linux/arm64`. Default: the builder's own."),
  ),
  buildArguments: v.optional(described(v.record(text, v.string()), 'Arguments for the Dockerfile.')),
  secrets: v.optional(
    described(v.record(text, secret), 'Build secrets by id, each from an environment variable or a file.'),
  ),
};

const service = v.strictObject({
  image: v.optional(
    described(text, "Name of the image in the registry. Default: the workspace's name without its scope."),
  ),
  command: v.optional(
    described(
      v.array(text),
      'How the container starts, from the app folder. Default: the `start` script or `main`.',
    ),
  ),
  ...serviceFields,
});

const freeze = v.strictObject({
  from: described(text, 'Start, ISO 8601.'),
  to: described(text, 'End, ISO 8601.'),
  reason: v.optional(described(text, 'Shown to whoever waits.')),
});

const pullRequest = v.strictObject({
  autoMerge: v.optional(
    described(v.boolean(), 'Ask the forge to merge once its checks pass. Default false.'),
  ),
  branch: v.optional(
    described(
      text,
      'Branch that carries the request. Default `shipyarn/<environment>`; a rollback adds `-rollback`.',
    ),
  ),
});

const environment = v.strictObject({
  repo: v.optional(described(text, 'Infra repo of this environment. Default `infra.repo`.')),
  branch: v.optional(described(text, 'Branch that Argo CD watches. Default `infra.branch`.')),
  paths: v.optional(
    described(
      globs,
      'Files and folders that belong to this environment, as globs in the infra repo. Default `infra.paths`.',
    ),
  ),
  deploy: v.optional(
    described(
      v.picklist(['auto', 'manual']),
      '`auto`: `release` bumps it; `manual`: it waits for `promote` or `deploy`. Default `auto`.',
    ),
  ),
  pullRequest: v.optional(
    described(v.union([v.boolean(), pullRequest]), 'Open a pull request instead of pushing. Default false.'),
  ),
  freeze: v.optional(described(v.array(freeze), 'Windows in which bumps wait.')),
  targets: v.optional(
    described(
      v.record(text, v.array(v.strictObject({ file: text, path: text }))),
      'Where the image name does not tell: by service, file and key path (`image.tag`) of the tag. An empty list: not deployed there.',
    ),
  ),
  digest: v.optional(described(v.boolean(), 'Pin `tag@sha256:…`. Default false.')),
});

const infra = v.strictObject({
  repo: described(text, 'URL or path of the infra repo.'),
  branch: v.optional(described(text, "Branch that Argo CD watches. Default: the remote's HEAD.")),
  paths: v.optional(
    described(
      globs,
      'Files to search for image tags. Default: all YAML and JSON files; where several environments share a branch, those with the environment in their folder or file name.',
    ),
  ),
  message: v.optional(
    described(
      text,
      'Template of the commit subject: `{services}`, `{environment}`. Default `deploy({environment}): {services}`.',
    ),
  ),
  author: v.optional(
    described(text, "Author of the commits: `Name <email>`. Default: Git's own identity, else shipyarn."),
  ),
  sign: v.optional(described(v.boolean(), 'Sign the commits as Git is configured to. Default false.')),
});

const changelog = v.strictObject({
  preset: v.optional(
    described(text, 'conventional-changelog preset by name. Default `conventionalcommits`.'),
  ),
  root: v.optional(described(v.boolean(), 'Also keep a CHANGELOG.md in the root. Default false.')),
  authors: v.optional(described(v.boolean(), 'Name the authors. Default false.')),
  releaseNotes: v.optional(described(v.boolean(), "Publish the text as the forge's release. Default false.")),
});

export const configSchema = v.strictObject({
  extends: v.optional(
    described(
      text,
      'Configuration to start from: a committed file, by its path from the folder of this one.',
    ),
  ),
  services: v.optional(
    described(
      globs,
      'Workspaces that ship an image, as globs over folders or names. Default: those with a `Dockerfile`.',
    ),
  ),
  overrides: v.optional(
    described(v.record(text, service), 'Settings of single services, by name, unscoped name or folder.'),
  ),
  groups: v.optional(
    described(v.record(text, globs), "Services that are released all or none, by the group's name."),
  ),
  registry: v.optional(
    described(
      oneOrMore,
      'Registry and namespace, `registry.example.com/team`, or `oci:<folder>` for an OCI layout. Further entries are mirrors.',
    ),
  ),
  insecureRegistries: v.optional(
    described(globs, 'Hosts spoken to over plain HTTP. Loopback always may be.'),
  ),
  builder: v.optional(
    described(
      v.picklist(['auto', 'engine', 'oci', 'buildx']),
      'How images are built. Default `auto`: the Docker engine.',
    ),
  ),
  builders: v.optional(described(globs, 'Names of buildx builders to spread services over.')),
  cache: v.optional(
    described(
      v.picklist(['inline', 'registry']),
      'Where builds leave their layers for builders that have none: in the image, or beside it under the tag `cache`, those of all build stages (`registry`, with `builder: buildx`). Default `inline`.',
    ),
  ),
  parallel: v.optional(
    described(
      v.pipe(v.number(), v.integer(), v.minValue(1)),
      'Builds at a time. Default: the number of cores.',
    ),
  ),
  reuseFrom: v.optional(
    described(
      v.picklist(['releases', 'pull-requests']),
      'Whose images may serve a release with the same identity: those of earlier releases alone, or also what `build --push` pushed for a pull request. Default `releases`.',
    ),
  ),
  branch: v.optional(described(text, "Release branch. Default: the remote's HEAD.")),
  channels: v.optional(described(v.record(text, text), 'Prerelease channels by branch: `next: rc`.')),
  tagFormat: v.optional(
    described(
      text,
      'Git tag: `{service}`, `{name}` (without scope) and `{version}`. Default `{service}@{version}`.',
    ),
  ),
  dependencyBump: v.optional(
    described(
      v.picklist(['inherit', 'patch']),
      "What a library's commit counts for its dependents. Default `inherit`.",
    ),
  ),
  bumps: v.optional(
    described(
      v.record(text, bump),
      'Commit types and their bump. Default: feat minor; fix, perf, revert patch.',
    ),
  ),
  commit: v.optional(
    described(v.boolean(), 'One release commit with CHANGELOG.md and manifest versions. Default false.'),
  ),
  changelog: v.optional(described(changelog, 'Changelogs.')),
  forge: v.optional(
    described(
      v.strictObject({
        kind: v.optional(v.picklist(['github', 'gitlab', 'gitea', 'bitbucket'])),
        api: v.optional(described(text, 'Address of the API.')),
        tokenEnv: v.optional(described(text, 'Environment variable that holds the token.')),
      }),
      "The Git forge. Default: told by the remote's address.",
    ),
  ),
  infra: v.optional(described(infra, 'The infra repo that Argo CD watches.')),
  environments: v.optional(
    described(
      v.record(text, environment),
      'Environments, in order of promotion. Default: one, `production`.',
    ),
  ),
  ...serviceFields,
});

/** The configuration as written: all fields optional. */
export type ConfigFile = v.InferOutput<typeof configSchema>;
export type EnvironmentConfig = v.InferOutput<typeof environment>;
export type ServiceConfig = v.InferOutput<typeof service>;
