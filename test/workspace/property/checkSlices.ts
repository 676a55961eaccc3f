import { type SliceVerdict, verifySlices } from '../../../src/context/verifySlices.ts';
import { Failure } from '../../../src/errors.ts';
import { describeContext } from '../../../src/workspace/describeContext.ts';
import { outlineDifferences } from '../../changes/outlineDifferences.ts';
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
  if (!(await install(repo, yarn))) return [];
  repo.write({ '.gitignore': 'node_modules\n.yarn/cache\n.yarn/install-state.gz\n.pnp.*\n' });
  repo.commit('feat: begin');
  const project = await projectOf(repo);
  const differences: string[] = [];
  for (const name of random.some(names, 3)) {
    const service = serviceOf(project, name, { command: ['node', '.'], ignoreDependencies: ignored });
    differences.push(...(await outlineDifferences(project, service)));
    const described = await describeContext(project, service);
    const contents = { ...described, yarn: { ...described.yarn, run: ['node', yarnScript(yarn)] } };
    const env = { PATH: process.env.PATH, HOME: testFolder() };
    const verdicts = await verifySlices(project, contents, {
      env,
      signal: new AbortController().signal,
      cacheFolder: testFolder(),
    }).catch(noAnswer);
    for (const { layer, differences: found } of verdicts) {
      differences.push(
        ...found.map(({ kind, entry }) => `seed ${seed}, Yarn ${yarn}, ${name} ${layer}: ${kind} ${entry}`),
      );
    }
  }
  return differences;
}

/** Yarn 1 trips over some trees with `resolutions` or linked folders, and then says nothing of their lockfile. */
function noAnswer(error: unknown): SliceVerdict[] {
  if (error instanceof Failure && yarnsOwn.test(error.output ?? '')) return [];
  throw error;
}

const yarnsOwn =
  /Invariant Violation: could not find a copy of|ENOENT: no such file or directory, lstat '[^']*\/vendor\/[^']*\/node_modules'/;

/** False where Yarn 1 trips itself up. */
async function install(repo: TestRepo, yarn: YarnVersion): Promise<boolean> {
  const args =
    yarn === 1
      ? ['install', '--ignore-scripts', '--ignore-platform', '--non-interactive']
      : yarn === 2
        ? ['install', '--skip-builds']
        : ['install', '--mode=update-lockfile'];
  return startYarn(yarn, repo.root, args).then(
    () => true,
    (error: Error) => {
      if (yarn === 1 && yarnsOwn.test(error.message)) return false;
      throw error;
    },
  );
}
