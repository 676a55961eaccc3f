// Run by a test as a process of its own: pushes images into a layout that others write at the same time.
import { layoutFolder } from '../../src/adapters/registry/layoutFolder.ts';
import { makeImage, pushImage } from './imageTools.ts';

const [folder = '', name = '', count = '0'] = process.argv.slice(2);
const store = layoutFolder(folder);
for (let n = 0; n < Number(count); n++) {
  const image = makeImage([Buffer.alloc(20_000, 'shared'), Buffer.from(`${name} ${n}`)], `${name} ${n}`);
  await pushImage(store, 'api', image, `${name}-${n}`);
}
