import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { makeShipWorld, type ShipWorld } from '../inputs/makeShipWorld.ts';
import { node, shell, shipyarn } from '../measure/command.ts';
import type { DockerCli } from '../measure/dockerCli.ts';
import { git } from '../measure/git.ts';
import type { Contender, Task } from '../measure/task.ts';
import { peerFile } from '../peers.ts';
import { builders, firstRelease, lastRound, nextRound, type Shipyard, serviceCount } from './shipyard.ts';

/** From the merge to the pushed infra commit. */
export async function mergeToInfra(yard: Shipyard, count: number): Promise<Task> {
  const contenders: Contender[] = [];
  for (const builder of builders(yard)) {
    const world = await firstRelease(yard, `ship${count}-${builder}`, builder, yard.registry);
    const changed = world.services.slice(0, count);
    contenders.push({
      name: `shipyarn release (${builder})`,
      kind: 'shipyarn',
      prepare: (round) => world.merge(changed, nextRound(world, round)),
      command: shipyarn(['release'], world.monorepo),
      judge: () => judgeInfra(world, changed),
    });
  }
  const { base, docker } = yard;
  if (base !== null && typeof docker !== 'string')
    contenders.push(await shellPipeline(yard, { base, docker }, count));
  return {
    id: `ship-${count}`,
    title: `From merge to pushed infra commit, ${count === 1 ? 'one service' : `${count} services`}`,
    input: `${serviceCount} services, one-line change`,
    contenders: [
      ...contenders,
      { name: 'node -e 0', kind: 'floor', command: node(['-e', '0'], yard.folder) },
    ],
    cannot: typeof docker === 'string' ? { 'shell pipeline': docker } : {},
    note: 'The shell pipeline is told which services changed and their versions: turbo prune, docker build, docker push, git tag, git push, clone, sed, commit, push.',
  };
}

/** Everything is released and deployed already. */
export async function nothingToDo(yard: Shipyard): Promise<Task> {
  const worlds = await Promise.all(
    builders(yard).map(async (builder) => ({
      builder,
      world: await firstRelease(yard, `nothing-${builder}`, builder, yard.registry),
    })),
  );
  const [first] = worlds;
  const cwd = first?.world.monorepo ?? yard.folder;
  return {
    id: 'nothing',
    title: 'A run with nothing to do',
    input: `${serviceCount} services`,
    contenders: [
      ...worlds.map(
        ({ builder, world }): Contender => ({
          name: `shipyarn release (${builder})`,
          kind: 'shipyarn',
          command: shipyarn(['release'], world.monorepo),
        }),
      ),
      { name: 'node -e 0', kind: 'floor', command: node(['-e', '0'], yard.folder) },
      { name: 'git ls-remote', kind: 'floor', command: { file: 'git', args: ['ls-remote', 'origin'], cwd } },
    ],
    cannot: { 'shell pipeline': 'asks nothing of the registry or the infra repo: it builds, or is not run' },
  };
}

async function shellPipeline(
  yard: Shipyard,
  { base, docker }: { base: string; docker: DockerCli },
  count: number,
): Promise<Contender> {
  const name = `shell${count}`;
  const world = await makeShipWorld({
    folder: path.join(yard.folder, name),
    services: serviceCount,
    registry: `${yard.registry}/${name}`,
    builder: 'engine',
  });
  const dockerfile = path.join(yard.folder, `${name}.Dockerfile`);
  await writeFile(
    dockerfile,
    `FROM ${base}\nARG SERVICE\nENV SERVICE=$SERVICE\nWORKDIR /app\nCOPY json/ ./\nRUN node .yarn/releases/yarn-4.cjs install --immutable\nCOPY full/ ./\nCMD node services/$SERVICE/src/index.js\n`,
  );
  const changed = world.services.slice(0, count);
  const work = path.join(yard.folder, `${name}-work`);
  return {
    name: 'shell pipeline',
    kind: 'peer',
    async prepare(round) {
      await rm(work, { recursive: true, force: true });
      await world.merge(changed, nextRound(world, round));
    },
    command: (round) =>
      shell(pipelineScript(world, changed, work, dockerfile), world.monorepo, {
        ...docker.env,
        DOCKER: docker.file,
        BUILD: docker.hasBuildx ? 'buildx build --load' : 'build',
        VERSION: `1.0.${lastRound(world) || round}`,
      }),
    judge: () => judgeInfra(world, changed),
  };
}

function pipelineScript(
  { registry, infra }: ShipWorld,
  services: readonly string[],
  work: string,
  dockerfile: string,
): string {
  return `
for s in ${services.join(' ')}; do
  '${peerFile('turbo')}' prune "@acme/$s" --docker --out-dir '${work}'/$s >/dev/null
  cp -R .yarnrc.yml .yarn '${work}'/$s/json/
  test -f '${work}'/$s/json/yarn.lock || cp '${work}'/$s/yarn.lock '${work}'/$s/json/
  "$DOCKER" $BUILD --quiet --file '${dockerfile}' --build-arg SERVICE=$s --tag ${registry}/$s:$VERSION '${work}'/$s
  "$DOCKER" push --quiet ${registry}/$s:$VERSION
  git tag --annotate "@acme/$s@$VERSION" --message "$s $VERSION"
done
git push --quiet origin --tags
git clone --quiet --depth 1 'file://${infra}' '${work}'/infra
for s in ${services.join(' ')}; do
  sed -i "s/^  tag: .*/  tag: $VERSION/" '${work}'/infra/apps/$s/values.yaml
done
git -C '${work}'/infra commit --quiet --all --message "deploy $VERSION"
git -C '${work}'/infra push --quiet
`;
}

/** Each service's version in the infra repo has to be the newest of its tags on the monorepo's remote. */
async function judgeInfra({ monorepo, infra }: ShipWorld, services: readonly string[]): Promise<string> {
  const head = await git(monorepo, 'rev-parse', 'HEAD');
  const tags = await git(monorepo, 'ls-remote', '--tags', 'origin');
  const wrong: string[] = [];
  for (const service of services) {
    const values = await git(infra, 'show', `main:apps/${service}/values.yaml`);
    const version = /^ {2}tag: "?([^"\n]+)"?$/m.exec(values)?.[1];
    if (!tags.includes(`${head}\trefs/tags/@acme/${service}@${version}^{}`)) wrong.push(service);
  }
  return wrong.length === 0
    ? 'right'
    : `${wrong.join(', ')}: the infra repo does not name this commit's version`;
}
