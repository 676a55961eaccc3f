import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { makeShipWorld, type ShipWorld } from '../inputs/makeShipWorld.ts';
import { finish, node, type Outcome, projectRoot, shell, shipyarn } from '../measure/command.ts';
import { git } from '../measure/git.ts';
import type { Contender, Task } from '../measure/task.ts';
import { builders, firstRelease, nextRound, type Shipyard, serviceCount } from './shipyard.ts';

interface Scene {
  yard: Shipyard;
  registry: string;
  /** Services that change. */
  count: number;
  /** Tells this task's names from those of others. */
  suffix: string;
}

/** One-line change: build the images and push them. */
export async function buildAndPush(yard: Shipyard, count: number, far: boolean): Promise<Task> {
  const suffix = `${count === 1 ? '' : `-${count}`}${far ? '-far' : ''}`;
  const scene: Scene = { yard, count, suffix, registry: far ? yard.farRegistry : yard.registry };
  const { base, docker } = yard;
  const why = base === null ? 'no engine answers here' : typeof docker === 'string' ? docker : null;
  return {
    id: `build${suffix}`,
    title: `One-line change: build and push ${count === 1 ? 'one service' : `${count} services`}`,
    input: far ? 'registry 50 ms away' : 'registry on loopback',
    contenders: [
      ...(await shipyarnContenders(scene)),
      ...(base === null ? [] : await engineContenders(scene)),
      { name: 'node -e 0', kind: 'floor', command: node(['-e', '0'], yard.folder) },
    ],
    cannot: why === null ? {} : { 'docker build + docker push': why },
    note: `\`build --push\` finds what changed and asks the registry for it first; \`release\` also versions it, and pushes the tag and the ledger. The others are given finished contexts and only build and push${count === 1 ? '' : ', the script as many at a time as there are cores'}.`,
  };
}

async function shipyarnContenders(scene: Scene): Promise<Contender[]> {
  const { yard, registry, suffix, count } = scene;
  const contenders: Contender[] = [];
  const hasBuildx = yard.base !== null && typeof yard.docker !== 'string' && yard.docker.hasBuildx;
  for (const builder of [...builders(yard), ...(hasBuildx ? (['buildx'] as const) : [])]) {
    const world = await firstRelease(yard, `build-${builder}${suffix}`, builder, registry);
    const changed = world.services.slice(0, count);
    contenders.push({
      name: `shipyarn build --push (${builder})`,
      kind: 'shipyarn',
      prepare: (round) => world.merge(changed, nextRound(world, round)),
      command: shipyarn(['build', '--push', '--json', ...changed], world.monorepo),
      judge: (outcome) => judgePushed(outcome, count),
    });
  }
  if (count > 1) return contenders;
  for (const builder of builders(yard)) {
    const world = await firstRelease(yard, `release-${builder}${suffix}`, builder, registry);
    contenders.push({
      name: `shipyarn release --no-deploy (${builder})`,
      kind: 'shipyarn',
      prepare: (round) => world.merge(world.services.slice(0, count), nextRound(world, round)),
      command: shipyarn(['release', '--no-deploy'], world.monorepo),
      judge: () => lastTagLanded(world),
    });
  }
  return contenders;
}

async function engineContenders({ yard, registry, count, suffix }: Scene): Promise<Contender[]> {
  const { folder, docker } = yard;
  const world = await makeShipWorld({
    folder: path.join(folder, `docker${suffix}`),
    services: serviceCount,
    registry: `${registry}/docker${suffix}`,
    builder: 'engine',
  });
  const contenders: Contender[] = [];
  if (typeof docker !== 'string') {
    const cli = await finishedContexts(world, { yard, registry, count, suffix }, 'cli');
    const build = docker.hasBuildx ? 'buildx build --load' : 'build';
    const commands = cli.images.map(
      ({ out, repository }) =>
        `'${docker.file}' ${build} --quiet --tag ${repository}:1 '${out}'; '${docker.file}' push --quiet ${repository}:1`,
    );
    contenders.push({
      name: 'docker build + docker push',
      kind: 'peer',
      prepare: cli.change,
      command: shell(commands.join('\n'), folder, docker.env),
    });
  }
  const script = await finishedContexts(world, { yard, registry, count, suffix }, 'dockerode');
  const pairs = script.images.map(({ out, repository }) => `${out}=${repository}`);
  contenders.push({
    name: 'a bare dockerode script',
    kind: 'peer',
    prepare: script.change,
    command: node([path.join(projectRoot, 'bench/dockerodeBuild.mjs'), '1', ...pairs], folder),
  });
  return contenders;
}

/** Contexts as folders, with what changes a line in each of them. */
async function finishedContexts(world: ShipWorld, { yard, registry, count, suffix }: Scene, name: string) {
  const images = world.services.slice(0, count).map((service) => ({
    service,
    out: path.join(yard.folder, `context-${name}-${service}${suffix}`),
    repository: `${registry}/${name}${suffix}/${service}`,
  }));
  for (const { service, out } of images) {
    await finish(shipyarn(['context', service, '--commit', 'HEAD', '--out', out], world.monorepo));
    await useBase(out);
  }
  let changes = 0;
  const change = async () => {
    changes += 1;
    for (const { service, out } of images) {
      const file = path.join(out, `service/services/${service}/src/index.js`);
      await writeFile(file, `console.log('${name} ${service} ${changes}');\n`);
    }
  };
  return { images, change };
}

/** `host` as a base is shipyarn's word; the engine knows the image by its name. */
async function useBase(context: string): Promise<void> {
  const file = path.join(context, 'Dockerfile');
  const text = await readFile(file, 'utf8');
  await writeFile(
    file,
    text.replace(/^FROM host\b/gm, `FROM localhost/shipyarn-host-node:${process.versions.node}`),
  );
}

function judgePushed({ stdout }: Outcome, count: number): string {
  const built = (JSON.parse(stdout) as { outcome: string }[]).filter(({ outcome }) => outcome === 'built');
  return built.length === count ? 'right' : `${built.length} of ${count} were built`;
}

async function lastTagLanded({ monorepo }: ShipWorld): Promise<string> {
  const tags = await git(monorepo, 'ls-remote', '--tags', 'origin');
  const head = await git(monorepo, 'rev-parse', 'HEAD');
  return tags.includes(`${head}\t`) ? 'right' : 'no tag on the remote names the commit';
}
