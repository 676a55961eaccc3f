import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { makeShipWorld, type ShipWorld } from '../inputs/makeShipWorld.ts';
import { finish, node, projectRoot, shell, shipyarn } from '../measure/command.ts';
import { git } from '../measure/git.ts';
import type { Contender, Task } from '../measure/task.ts';
import { peerFile } from '../peers.ts';

/** Where images go and on what they stand. */
export interface Shipyard {
  folder: string;
  /** `127.0.0.1:<port>` of the registry. */
  registry: string;
  /** The same registry, 50 ms away. */
  farRegistry: string;
  /** Name of the base image in the engine; null: no engine answers. */
  base: string | null;
}

const serviceCount = 10;

/** One-line change: build the image and push it. */
export async function buildAndPush(yard: Shipyard, far: boolean): Promise<Task> {
  const registry = far ? yard.farRegistry : yard.registry;
  const contenders: Contender[] = [];
  const suffix = far ? '-far' : '';
  const { base } = yard;
  for (const builder of builders(yard)) {
    const world = await firstRelease(yard, `build-${builder}${suffix}`, builder, registry);
    contenders.push({
      name: `shipyarn release --no-deploy (${builder})`,
      kind: 'shipyarn',
      prepare: (round) => world.merge(world.services.slice(0, 1), nextRound(world, round)),
      command: shipyarn(['release', '--no-deploy'], world.monorepo),
      judge: () => lastTagLanded(world),
    });
  }
  if (base !== null) contenders.push(...(await engineContenders(yard, registry, suffix)));
  return {
    id: `build${suffix}`,
    title: 'One-line change: build and push one service',
    input: far ? 'registry 50 ms away' : 'registry on loopback',
    contenders: [
      ...contenders,
      { name: 'node -e 0', kind: 'floor', command: node(['-e', '0'], yard.folder) },
    ],
    cannot: base === null ? { 'docker build': 'no engine answers here' } : {},
    note: 'shipyarn also finds what changed, versions it, and pushes the tag and the ledger; the others are given a finished context and only build and push.',
  };
}

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
  if (yard.base !== null) contenders.push(await shellPipeline(yard, yard.base, count));
  return {
    id: `ship-${count}`,
    title: `From merge to pushed infra commit, ${count === 1 ? 'one service' : `${count} services`}`,
    input: `${serviceCount} services, one-line change`,
    contenders: [
      ...contenders,
      { name: 'node -e 0', kind: 'floor', command: node(['-e', '0'], yard.folder) },
    ],
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

function builders({ base }: Shipyard): ('engine' | 'oci')[] {
  return base === null ? ['oci'] : ['engine', 'oci'];
}

/** Rounds of one world never repeat a line, whoever counts them. */
const rounds = new WeakMap<ShipWorld, number>();
function nextRound(world: ShipWorld, round: number): number {
  const next = Math.max(round, rounds.get(world) ?? 0) + 1;
  rounds.set(world, next);
  return next;
}

async function firstRelease(
  { folder }: Shipyard,
  name: string,
  builder: 'engine' | 'oci',
  registry: string,
): Promise<ShipWorld> {
  const world = await makeShipWorld({
    folder: path.join(folder, name),
    services: serviceCount,
    registry: `${registry}/${name}`,
    builder,
  });
  await finish(shipyarn(['release'], world.monorepo));
  return world;
}

async function engineContenders(
  { folder }: Shipyard,
  registry: string,
  suffix: string,
): Promise<Contender[]> {
  const world = await makeShipWorld({
    folder: path.join(folder, `docker${suffix}`),
    services: 1,
    registry: `${registry}/docker${suffix}`,
    builder: 'engine',
  });
  const make = async (name: string) => {
    const out = path.join(folder, `context-${name}${suffix}`);
    await finish(shipyarn(['context', 'svc-0', '--commit', 'HEAD', '--out', out], world.monorepo));
    await useBase(out);
    let changes = 0;
    const change = async () => {
      changes += 1;
      const file = path.join(out, 'service/services/svc-0/src/index.js');
      await writeFile(file, `console.log('${name} ${changes}');\n`);
    };
    return { out, change, repository: `${registry}/${name}${suffix}` };
  };
  const cli = await make('cli');
  const script = await make('dockerode');
  return [
    {
      name: 'docker build + docker push',
      kind: 'peer',
      prepare: cli.change,
      command: shell(
        `docker build --quiet --tag ${cli.repository}:1 '${cli.out}'; docker push --quiet ${cli.repository}:1`,
        folder,
      ),
    },
    {
      name: 'a bare dockerode script',
      kind: 'peer',
      prepare: script.change,
      command: node(
        [path.join(projectRoot, 'bench/dockerodeBuild.mjs'), script.out, script.repository, '1'],
        folder,
      ),
    },
  ];
}

/** `host` as a base is shipyarn's word; the engine knows the image by its name. */
async function useBase(context: string): Promise<void> {
  const file = path.join(context, 'Dockerfile');
  const text = await readFile(file, 'utf8');
  await writeFile(file, text.replace(/^FROM host\b/gm, `FROM shipyarn-host-node:${process.versions.node}`));
}

async function shellPipeline(yard: Shipyard, base: string, count: number): Promise<Contender> {
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
        VERSION: `1.0.${rounds.get(world) ?? round}`,
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
  docker build --quiet --file '${dockerfile}' --build-arg SERVICE=$s --tag ${registry}/$s:$VERSION '${work}'/$s
  docker push --quiet ${registry}/$s:$VERSION
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

async function lastTagLanded({ monorepo }: ShipWorld): Promise<string> {
  const tags = await git(monorepo, 'ls-remote', '--tags', 'origin');
  const head = await git(monorepo, 'rev-parse', 'HEAD');
  return tags.includes(`${head}\t`) ? 'right' : 'no tag on the remote names the commit';
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

/** Removes what the runs left in the engine. */
export async function removeImages({ registry, farRegistry }: Shipyard): Promise<void> {
  const script = `docker images --format '{{.Repository}}:{{.Tag}}' | grep -e '^${registry}/' -e '^${farRegistry}/' | xargs -r docker image rm --force >/dev/null`;
  await finish(shell(script, '/'), [0, 1, 123]);
}
