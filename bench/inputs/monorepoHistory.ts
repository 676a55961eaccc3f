import type { Chance } from './chance.ts';
import type { ImportedCommit } from './fastImport.ts';
import { lockfileText } from './lockfileText.ts';
import { monorepoFiles, rootManifest, sourceFile } from './monorepoFiles.ts';
import { dependents, linter, type MonorepoModel, packagesOf, type Workspace } from './monorepoModel.ts';

/** A change since the last release, on a branch of its own, and the services whose images it changes. */
export interface ChangeCase {
  name: string;
  branch: string;
  affected: readonly string[];
}

export interface MonorepoHistory {
  commits: ImportedCommit[];
  cases: ChangeCase[];
  /** What the main branch changed since the release of everything: by service, subjects that its changelog must have. */
  pending: ReadonlyMap<string, { bump: 'minor' | 'patch'; subjects: readonly string[] }>;
  /** Last released version by service. */
  versions: ReadonlyMap<string, string>;
  /** Subjects of all features and fixes of one service, from the first commit on. */
  subjectsOf(service: string): string[];
}

/** Every so many commits all services are released: about 150 releases of the largest history. */
const commitsPerRelease = 70;

/**
 * A history of `length` commits, a release of everything at its end, then a day's work on `main`: a feature in a
 * service, a fix in a library, and edits that no image has. Each kind of change also stands on a branch of its own.
 */
export function monorepoHistory(model: MonorepoModel, length: number, chance: Chance): MonorepoHistory {
  const log: { workspace: Workspace; subject: string; counts: boolean }[] = [];
  const commits: ImportedCommit[] = [
    { branch: 'main', message: 'chore: begin', files: monorepoFiles(model) },
  ];
  let minor = 0;
  for (let number = 1; number <= length; number++) {
    const workspace = chance.pick(model.workspaces);
    const type = chance.pick(['feat', 'fix', 'fix', 'refactor', 'chore']);
    const subject = `change ${number} of ${shortName(workspace)}`;
    log.push({ workspace, subject, counts: type === 'feat' || type === 'fix' });
    const releases = number % commitsPerRelease === 0 || number === length;
    if (releases) minor += 1;
    commits.push({
      branch: 'main',
      message: `${type}(${shortName(workspace)}): ${subject}`,
      files: new Map([[sourceFile(workspace), source(workspace, number)]]),
      tags: releases ? model.services.map(({ name }) => `${name}@1.${minor}.0`) : [],
    });
  }
  const versions = new Map(model.services.map(({ name }) => [name, `1.${minor}.0`]));
  const day = daysWork(model, chance);
  const subjectsOf = (service: string) => {
    const counting = log.filter(({ workspace, counts }) => counts && needs(model, service, workspace.name));
    return counting.map(({ subject }) => subject);
  };
  return {
    commits: [...commits, ...day.commits],
    cases: day.cases,
    pending: day.pending,
    versions,
    subjectsOf,
  };
}

function daysWork(model: MonorepoModel, chance: Chance) {
  const [feature, documented, tested, reverted] = chance.some(model.services, 4) as [
    Workspace,
    Workspace,
    Workspace,
    Workspace,
  ];
  const library = sharedLibrary(model);
  const upgraded = rarePackage(model);
  const newVersion = nextPatch(model.packages.get(upgraded)?.version ?? '');
  const users = model.services
    .filter(({ name }) => packagesOf(model, name).has(upgraded))
    .map(({ name }) => name);
  const nextLinter = nextPatch(linter.version);
  const edits: {
    name: string;
    affected: string[];
    steps: [message: string, path: string, content: string][];
  }[] = [
    {
      name: "a service's source",
      affected: [feature.name],
      steps: [[`feat(${shortName(feature)}): tell the berth`, sourceFile(feature), source(feature, -1)]],
    },
    {
      name: "a library's source",
      affected: dependents(model, library.name),
      steps: [[`fix(${shortName(library)}): count from zero`, sourceFile(library), source(library, -2)]],
    },
    {
      name: 'one package in yarn.lock',
      affected: users,
      steps: [
        [
          `fix(deps): update ${upgraded}`,
          'yarn.lock',
          lockfileText(model, new Map([[upgraded, newVersion]])),
        ],
      ],
    },
    {
      name: 'the linter in yarn.lock',
      affected: [],
      steps: [
        [
          'chore(deps): update eslint',
          'yarn.lock',
          lockfileText(model, new Map([[linter.name, nextLinter]])),
        ],
      ],
    },
    {
      name: "a service's README",
      affected: [],
      steps: [['docs: say more', `${documented.path}/README.md`, '# More\n']],
    },
    {
      name: "a service's test",
      affected: [],
      steps: [['test: look closer', `${tested.path}/test/index.test.js`, '// closer\n']],
    },
    {
      name: 'a change and its revert',
      affected: [],
      steps: [
        [`feat(${shortName(reverted)}): try it`, `${reverted.path}/src/limits.js`, '// tried\n'],
        [
          `revert: feat(${shortName(reverted)}): try it`,
          `${reverted.path}/src/limits.js`,
          monorepoFiles(model).get(`${reverted.path}/src/limits.js`) ?? '',
        ],
      ],
    },
    {
      name: 'the linter in the root',
      affected: [],
      steps: [
        ['chore(deps): ask for another eslint', 'package.json', rootManifest(`^${nextLinter}`)],
        [
          'chore(deps): update eslint',
          'yarn.lock',
          lockfileText(model, new Map([[linter.name, nextLinter]]), `^${nextLinter}`),
        ],
      ],
    },
    {
      name: 'the Node version',
      affected: model.services.map(({ name }) => name),
      steps: [['build: Node 22', '.nvmrc', '22\n']],
    },
    {
      name: 'a comment in shipyarn.yaml',
      affected: [],
      steps: [
        [
          'docs: say where to',
          'shipyarn.yaml',
          `# Images go there.\n${monorepoFiles(model).get('shipyarn.yaml')}`,
        ],
      ],
    },
  ];
  const cases = edits.map(({ name, affected }, index) => ({ name, affected, branch: `case-${index}` }));
  const branches = edits.flatMap(({ steps }, index) => onBranch(`case-${index}`, steps, 'main'));
  const day = edits.filter((_, index) => [0, 1, 4, 5].includes(index)).flatMap(({ steps }) => steps);
  const fixed = dependents(model, library.name);
  const pending = new Map(
    [...new Set([feature.name, ...fixed])].map((name) => [
      name,
      {
        bump: name === feature.name ? ('minor' as const) : ('patch' as const),
        subjects: [
          ...(name === feature.name ? ['tell the berth'] : []),
          ...(fixed.includes(name) ? ['count from zero'] : []),
        ],
      },
    ]),
  );
  return { cases, pending, commits: [...branches, ...onBranch('main', day)] };
}

function onBranch(branch: string, steps: [string, string, string][], from?: string): ImportedCommit[] {
  return steps.map(([message, path, content], index) => ({
    branch,
    message,
    files: new Map([[path, content]]),
    ...(index === 0 && from !== undefined && { from }),
  }));
}

/** The library that the most services need without all of them needing it. */
function sharedLibrary(model: MonorepoModel): Workspace {
  const libraries = model.workspaces.filter(({ isService }) => !isService).slice(0, 40);
  const counted = libraries.map((library) => [dependents(model, library.name).length, library] as const);
  const some = counted.filter(([count]) => count > 0 && count < model.services.length);
  return (some.sort(([a], [b]) => b - a)[0] ?? counted[0])?.[1] as Workspace;
}

/** A package that few services need, but at least one. */
function rarePackage(model: MonorepoModel): string {
  const reached = new Map<string, number>();
  for (const { name } of model.services)
    for (const each of packagesOf(model, name)) reached.set(each, (reached.get(each) ?? 0) + 1);
  const [least] = [...reached].sort(([a, x], [b, y]) => x - y || (a < b ? -1 : 1));
  return least?.[0] ?? '';
}

function needs(model: MonorepoModel, service: string, workspace: string): boolean {
  return dependents(model, workspace).includes(service);
}

function source({ name }: Workspace, number: number): string {
  return `export const name = '${name}';\nexport const change = ${number};\n`;
}

function nextPatch(version: string): string {
  const [major, minor, patch] = version.split('.').map(Number);
  return `${major}.${minor}.${(patch ?? 0) + 1}`;
}

function shortName({ name }: Workspace): string {
  return name.slice(name.indexOf('/') + 1);
}
