import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Style } from '../report/style.ts';
import { commitAll, type DemoOptions, type DemoRepos, makeDemoRepos } from './makeDemoRepos.ts';

export interface DemoSurroundings extends DemoOptions {
  style: Style;
  print(text: string): void;
  /** Runs the real command line; gives its exit status. */
  shipyarn(argv: readonly string[], cwd: string): Promise<number>;
  /** Standard output of a Git command. */
  git(cwd: string, args: readonly string[]): Promise<string>;
}

/** The whole main job in a temporary folder, with the very commands that a team would type. */
export async function runDemo(demo: DemoSurroundings): Promise<number> {
  const repos = await makeDemoRepos(demo);
  title(demo, 'A monorepo with three services and two libraries, and an infra repo that Argo CD would watch');
  demo.print(demo.style.dim(await readFile(join(repos.monorepo, 'shipyarn.yaml'), 'utf8')));

  title(demo, 'First release: no tags yet, so every service gets its first version');
  if (await shipyarn(demo, repos, ['release'])) return 1;

  title(demo, 'A feature in the api, and a fix in a library that api and worker need');
  await addFeature(demo, repos);
  await addLibraryFix(demo, repos);
  demo.print(await demo.git(repos.monorepo, ['log', '--oneline', '-2']));
  if (await shipyarn(demo, repos, ['affected'])) return 1;

  title(demo, 'Merged, so CI releases it');
  await demo.git(repos.monorepo, ['push', '--quiet', 'origin', 'main']);
  if (await shipyarn(demo, repos, ['release'])) return 1;

  title(demo, 'The changelog is in the Git tag');
  const tags = await demo.git(repos.monorepo, ['tag', '--list', '--points-at', 'HEAD']);
  for (const tag of tags.split('\n').filter((line) => line !== ''))
    await show(demo, repos.monorepo, ['tag', '-n99', '--list', tag]);

  title(demo, 'One commit in the infra repo: these lines and no others');
  await demo.git(repos.infra, ['pull', '--quiet']);
  await show(demo, repos.infra, ['show', '--unified=0', '--format=%h %s%n%n%b', 'HEAD']);

  title(demo, 'Again: nothing changed');
  if (await shipyarn(demo, repos, ['release'])) return 1;
  farewell(demo, repos);
  return 0;
}

async function addFeature({ git }: DemoSurroundings, { monorepo }: DemoRepos): Promise<void> {
  await edit(join(monorepo, 'services/api/src/server.js'), 'berths: 12', 'berths: 12, free: 3');
  await commitAll(git, monorepo, 'feat(api): tell how many berths are free');
}

async function addLibraryFix({ git }: DemoSurroundings, { monorepo }: DemoRepos): Promise<void> {
  await edit(join(monorepo, 'packages/log/src/index.js'), 'Date.now()', 'performance.now()');
  await commitAll(git, monorepo, 'fix(log): measure with a clock that never goes back');
}

async function edit(file: string, from: string, to: string): Promise<void> {
  await writeFile(file, (await readFile(file, 'utf8')).replaceAll(from, to));
}

function title({ print, style }: DemoSurroundings, text: string): void {
  print(`\n${style.bold(`── ${text}`)}\n`);
}

function shipyarn(demo: DemoSurroundings, { monorepo }: DemoRepos, argv: readonly string[]): Promise<number> {
  demo.print(demo.style.cyan(`$ shipyarn ${argv.join(' ')}`));
  return demo.shipyarn(argv, monorepo);
}

async function show(demo: DemoSurroundings, cwd: string, args: readonly string[]): Promise<void> {
  demo.print(demo.style.cyan(`$ git ${args.join(' ')}`));
  demo.print(await demo.git(cwd, args));
}

function farewell(demo: DemoSurroundings, repos: DemoRepos): void {
  const images = demo.registry.startsWith('oci:') ? demo.registry.slice(4) : demo.registry;
  title(demo, 'All of it stays where it is, to play with');
  demo.print(
    [
      `  monorepo  ${repos.monorepo}`,
      `  infra     ${repos.infra}`,
      `  remotes   ${join(repos.folder, 'remotes')}`,
      `  images    ${images} (${demo.builder})`,
      '',
      'Try next:',
      `  cd ${repos.monorepo}`,
      '  change a file, then: shipyarn affected',
      '  shipyarn explain api',
      '  shipyarn release --dry-run',
      '  shipyarn rollback api',
    ].join('\n'),
  );
}
