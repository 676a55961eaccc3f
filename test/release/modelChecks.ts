import { expect } from 'vitest';
import type { Ledger } from '../../src/release/ledger.ts';
import type { Model } from './randomSteps.ts';
import type { World } from './world.ts';

const services = ['api', 'web', 'worker'];

/** Everything that is put into the registry passes the gate: which image tags of releases there are, and their images. */
export function watchImageTags({ gate }: World): { tags: Map<string, string>; moved: string[] } {
  const seen = { tags: new Map<string, string>(), moved: [] as string[] };
  gate.onManifest = (reference, digest) => {
    if (!/^[^:]+:\d/.test(reference)) return;
    const tag = reference.replace(/^harbour\//, '');
    if ((seen.tags.get(tag) ?? digest) !== digest) seen.moved.push(tag);
    seen.tags.set(tag, digest);
  };
  return seen;
}

/** Tags stay where they are, no commit has two versions of a service, versions follow the history. */
export async function checkAlways(model: Model): Promise<void> {
  const { world, gitTags, images } = model;
  expect(images.moved).toEqual([]);
  const format = '%(refname:strip=2)%09%(*objectname)';
  const lines = await world.git(
    ['for-each-ref', `--format=${format}`, '--sort=version:refname', 'refs/tags/'],
    world.monorepoRemote,
  );
  const now = new Map(
    lines
      .split('\n')
      .filter(Boolean)
      .map((line) => line.split('\t') as [string, string]),
  );
  for (const [tag, commit] of gitTags) expect(now.get(tag), tag).toBe(commit);
  if (now.size > gitTags.size) {
    const log = await world.git(['rev-list', '--reverse', 'main'], world.monorepoRemote);
    const order = new Map(log.split('\n').map((commit, index) => [commit, index]));
    for (const service of services) {
      const depths = [...now].flatMap(([tag, commit]) =>
        tag.startsWith(`@harbour/${service}@`) ? [order.get(commit) ?? -1] : [],
      );
      expect(depths, service).toEqual([...new Set(depths)].sort((a, b) => a - b));
      expect(depths, service).not.toContain(-1);
    }
  }
  model.gitTags = now;
}

/** Every tag has its image, the ledger calls it published, and staging runs the newest, but for what is held. */
export async function checkReleased(model: Model): Promise<void> {
  const { world, images } = model;
  await checkAlways(model);
  const missing = [...model.gitTags.keys()].map(imageTagOf).filter((tag) => !images.tags.has(tag));
  expect(missing).toEqual([]);
  const ledger: Ledger = JSON.parse(
    await world.git(['show', 'refs/shipyarn/main:ledger.json'], world.monorepoRemote),
  );
  const held = await world.git(['ls-tree', '-r', '--name-only', 'main'], world.infraRemote);
  for (const [service, { version, gitTag, published }] of Object.entries(ledger.services)) {
    expect(published, service).toBe(true);
    expect(model.gitTags.has(gitTag), gitTag).toBe(true);
    if (held.includes('.shipyarn/holds.yaml')) continue;
    const name = service.replace('@harbour/', '');
    const files = await world.git(
      ['grep', '-h', '-i', 'tag:\\|image:', 'main', '--', `apps/${name}`],
      world.infraRemote,
    );
    expect(files, service).toContain(version);
  }
}

/** What was seen on its way is what is there, and nothing is released that has no Git tag. */
export async function checkWhole({ world, images, gitTags }: Model): Promise<void> {
  const { imageTags } = await world.state();
  const released = Object.entries(imageTags).filter(([tag]) => /^[^:]+:\d/.test(tag));
  expect(Object.fromEntries(released)).toEqual(Object.fromEntries(images.tags));
  expect(released.map(([tag]) => tag).sort()).toEqual([...gitTags.keys()].map(imageTagOf).sort());
}

function imageTagOf(gitTag: string): string {
  return gitTag.replace(/^@harbour\/(\w+)@/, '$1:');
}
