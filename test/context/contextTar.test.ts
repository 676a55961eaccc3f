import { once } from 'node:events';
import { expect, it } from 'vitest';
import { contextTar } from '../../src/context/contextTar.ts';
import { describeContext } from '../../src/workspace/describeContext.ts';
import { acme } from '../workspace/acme.ts';
import { projectOf, serviceOf, yarnRepo } from '../workspace/yarnRepo.ts';

it('a tar that whoever writes it gives up, at any moment, is no uncaught error', async () => {
  const repo = yarnRepo(4, {
    ...acme,
    'services/api/data': 'x'.repeat(100_000),
    'services/api/more': 'y'.repeat(100_000),
  });
  const project = await projectOf(repo);
  const contents = await describeContext(project, serviceOf(project, '@acme/api'));
  const chunks = (await contextTar(contents, project.snapshot).toArray()).length;
  expect(chunks).toBeGreaterThan(20);
  for (let count = 0; count < chunks; count++) {
    const tar = contextTar(contents, project.snapshot);
    for (let read = 0; read < count; ) {
      if (tar.read() === null) await once(tar, 'readable');
      else read += 1;
    }
    tar.on('error', () => undefined).destroy(new Error('disk full'));
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
});
