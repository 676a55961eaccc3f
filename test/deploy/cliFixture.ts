import { execFileSync } from 'node:child_process';
import { addBareRemote, type TestRepo, testRepo } from '../helpers/testRepo.ts';
import { type RunResult, shipyarn } from '../support/run.ts';

/** A monorepo with two released services, an infra repo with two environments, and the built command line. */
export interface CliFixture {
  monorepo: TestRepo;
  infraRemote: TestRepo;
  run(...args: string[]): Promise<RunResult>;
  /** The same; fails unless it exits 0, and gives standard output. */
  ok(...args: string[]): Promise<string>;
  /** Commits a change of one file and releases a service at that commit: the tag alone, no image. */
  release(service: string, version: string, subject?: string): string;
  /** A file at the infra repo's tip. */
  show(path: string): string;
  subjects(): string[];
}

const digestOf = (service: string, version: string) =>
  `sha256:${Buffer.from(`${service}${version}`).toString('hex').padEnd(64, '0').slice(0, 64)}`;

export async function cliFixture(
  options: { config?: string; files?: Record<string, string>; services?: readonly string[] } = {},
): Promise<CliFixture> {
  const services = options.services ?? ['api', 'web'];
  const infra = testRepo();
  infra.commit(
    'start',
    options.files ?? { ...environmentFiles('staging'), ...environmentFiles('production') },
  );
  const infraRemote = addBareRemote(infra);
  const monorepo = testRepo();
  monorepo.commit('feat: start', {
    'package.json': JSON.stringify({
      name: 'acme',
      private: true,
      workspaces: ['services/*'],
      packageManager: 'yarn@4.9.1',
    }),
    'yarn.lock': lockfile(services),
    ...Object.fromEntries(services.flatMap(workspaceFiles)),
    'shipyarn.yaml': [
      'services: ["services/*"]',
      'registry: registry.example.com/team',
      options.config ?? 'environments:\n  staging: {}\n  production: { deploy: manual }',
      `infra: { repo: "file://${infraRemote.root}", branch: main }`,
      '',
    ].join('\n'),
  });
  addBareRemote(monorepo);
  const env = identity(monorepo.env);
  const run = (...args: string[]) => shipyarn(args, { cwd: monorepo.root, env });
  return {
    monorepo,
    infraRemote,
    run,
    async ok(...args) {
      const result = await run(...args);
      if (result.exitCode !== 0)
        throw new Error(`shipyarn ${args.join(' ')}: ${result.exitCode}\n${result.stdout}${result.stderr}`);
      return result.stdout;
    },
    release(service, version, subject = `feat: ${service} ${version}`) {
      const commit = monorepo.commit(subject, { [`services/${service}/index.js`]: version });
      const trailers = `Service: @acme/${service}\nVersion: ${version}\nImage: registry.example.com/team/${service}@${digestOf(service, version)}\nSource-Commit: ${commit}`;
      monorepo.git('tag', '--annotate', '-m', `* ${subject}`, '-m', trailers, `@acme/${service}@${version}`);
      monorepo.git('push', '--quiet', '--tags', 'origin', 'main');
      return commit;
    },
    show: (path) => execFileSync('git', ['show', `main:${path}`], { cwd: infraRemote.root }).toString(),
    subjects: () => infraRemote.git('log', '--format=%s', 'main').split('\n'),
  };
}

/** Names and e-mail addresses for Git, without the fixed dates. */
function identity({
  GIT_AUTHOR_NAME,
  GIT_AUTHOR_EMAIL,
  GIT_COMMITTER_NAME,
  GIT_COMMITTER_EMAIL,
}: NodeJS.ProcessEnv) {
  return { GIT_AUTHOR_NAME, GIT_AUTHOR_EMAIL, GIT_COMMITTER_NAME, GIT_COMMITTER_EMAIL };
}

export function valuesFile(service: string, version: string): string {
  return `# ${service}\nimage:\n  repository: registry.example.com/team/${service}\n  tag: ${version}\n`;
}

function environmentFiles(environment: string): Record<string, string> {
  return {
    [`${environment}/api.yaml`]: valuesFile('api', '1.0.0'),
    [`${environment}/web.yaml`]: valuesFile('web', '1.0.0'),
  };
}

const entry = (name: string, path: string) => `
"${name}@workspace:${path}":
  version: 0.0.0-use.local
  resolution: "${name}@workspace:${path}"
  languageName: unknown
  linkType: soft
`;

const lockfile = (services: readonly string[]) => `__metadata:
  version: 8
  cacheKey: 10c0
${services.map((name) => entry(`@acme/${name}`, `services/${name}`)).join('')}${entry('acme', '.')}`;

function workspaceFiles(name: string): [string, string][] {
  return [
    [
      `services/${name}/package.json`,
      JSON.stringify({ name: `@acme/${name}`, version: '0.0.0', main: 'index.js' }),
    ],
    [`services/${name}/index.js`, '1'],
  ];
}
