import { verifySlices } from '../../../src/context/verifySlices.ts';
import { describeContext } from '../../../src/workspace/describeContext.ts';
import { type TestRepo, testFolder, testRepo } from '../../helpers/testRepo.ts';
import { asText, projectOf, serviceOf, startYarn, type YarnVersion, yarnScript } from '../yarnRepo.ts';
import { generateMonorepo } from './generateMonorepo.ts';
import { seededRandom } from './seededRandom.ts';

/**
 * Generates the monorepo of a seed, lets a real Yarn write its lockfile, and gives every difference between the
 * slices of some services and what the same Yarn makes of them; empty where there is none.
 */
export async function checkSlices(seed: number, yarn: YarnVersion, registry: string): Promise<string[]> {
  const random = seededRandom(seed);
  const { files, names, ignored } = await generateMonorepo(random, yarn, registry);
  const repo = testRepo();
  repo.write(asText(files));
  await install(repo, yarn);
  repo.write({ '.gitignore': 'node_modules\n.yarn/cache\n.yarn/install-state.gz\n.pnp.*\n' });
  repo.commit('feat: begin');
  const project = await projectOf(repo);
  const differences: string[] = [];
  for (const name of random.some(names, 3)) {
    const service = serviceOf(project, name, { command: ['node', '.'], ignoreDependencies: ignored });
    const described = await describeContext(project, service);
    const contents = { ...described, yarn: { ...described.yarn, run: ['node', yarnScript(yarn)] } };
    const env = { PATH: process.env.PATH, HOME: testFolder() };
    const verdicts = await verifySlices(project, contents, {
      env,
      signal: new AbortController().signal,
      cacheFolder: testFolder(),
    });
    for (const { layer, differences: found } of verdicts) {
      differences.push(
        ...found.map(({ kind, entry }) => `seed ${seed}, Yarn ${yarn}, ${name} ${layer}: ${kind} ${entry}`),
      );
    }
  }
  return differences;
}

async function install(repo: TestRepo, yarn: YarnVersion): Promise<void> {
  const args =
    yarn === 1
      ? ['install', '--ignore-scripts', '--ignore-platform', '--non-interactive']
      : ['install', '--mode=update-lockfile'];
  await startYarn(yarn, repo.root, args);
}
