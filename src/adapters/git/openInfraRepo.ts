import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '../../cleanup/temporaryFolder.ts';
import { Failure, inputFailure, workFailure } from '../../errors.ts';
import type { Git } from '../../ports/git.ts';
import type { InfraRepo } from '../../ports/infraRepo.ts';
import { maskCredentials } from '../maskCredentials.ts';
import { infraCredentials, infraTokenVariable } from './infraCredentials.ts';
import { openGit } from './openGit.ts';
import type { RepositoryPaths } from './repositoryPaths.ts';

export interface InfraRepoOptions {
  /** URL or absolute path. */
  repo: string;
  /** Undefined: the remote's HEAD. */
  branch?: string | undefined;
  env: NodeJS.ProcessEnv;
}

/**
 * An infra repo behind the Git port: an empty clone in a temporary folder that fetches commits without trees,
 * and trees and files by id when they are asked for. Nothing is checked out. Failures, here and while fetching:
 * `infra-unreachable`, `infra-no-access`, `infra-branch-missing`.
 */
export async function openInfraRepo(options: InfraRepoOptions): Promise<InfraRepo> {
  const { url, env } = infraCredentials(options.repo, options.env);
  const temporary = temporaryFolder('infra');
  const folder = await temporary.path();
  const surroundings = { cwd: folder, env };
  const opened = await openGit({ ...surroundings, paths: await emptyRepository(folder, url) });
  const git: Git = {
    ...opened,
    async close() {
      await opened.close();
      await temporary.remove();
    },
  };
  const shown = maskCredentials(url);
  try {
    const branch = options.branch ?? (await git.remote.defaultBranch());
    return { git, url: shown, branch, ...fetchers(git, branch, shown) };
  } catch (error) {
    await git.close();
    throw infraFailure(error, shown);
  }
}

/** What `git init --bare` makes, as far as Git asks for it, without its process. @see https://git-scm.com/docs/gitrepository-layout */
async function emptyRepository(folder: string, url: string): Promise<RepositoryPaths> {
  const objects = join(folder, 'objects');
  await Promise.all([mkdir(objects), mkdir(join(folder, 'refs'))]);
  await writeFile(join(folder, 'config'), cloneSettings(url));
  await writeFile(join(folder, 'HEAD'), 'ref: refs/heads/none\n');
  const inside = { gitDirectory: folder, commonDirectory: folder, objects, index: join(folder, 'index') };
  return { root: folder, ...inside, bare: true };
}

/**
 * A partial clone: missing objects are known to be at the remote. Without the `noop` negotiation Git takes a
 * tree that is asked for by id for one that it has.
 */
function cloneSettings(url: string): string {
  return [
    '[core]\n\trepositoryFormatVersion = 1\n\tbare = true',
    '[extensions]\n\tpartialClone = origin',
    `[remote "origin"]\n\turl = ${JSON.stringify(url)}\n\tpromisor = true\n\tpartialCloneFilter = tree:0`,
    '[fetch]\n\tnegotiationAlgorithm = noop',
    '[gc]\n\tauto = 0',
    '',
  ].join('\n');
}

/** No more ids on one command line. */
const idsAtOnce = 10_000;

function fetchers(
  git: Git,
  branch: string,
  url: string,
): Pick<InfraRepo, 'fetchTip' | 'knownCommit' | 'fetchHistory' | 'fetchObjects'> {
  const here = 'refs/shipyarn/fetched';
  const fetch: Git['remote']['fetch'] = async (refspecs, options) => {
    await git.remote.fetch(refspecs, options).catch((error) => {
      throw infraFailure(error, url);
    });
  };
  const atHere = async () => (await git.history.resolveCommit(here)) as string;
  // Git locks a shallow clone while it fetches; environments may share one.
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(work, work);
    last = turn.catch(() => undefined);
    return turn;
  };
  let seen: string | undefined;
  const exists = async (ref: string) => (await git.remote.listRefs([ref])).has(ref);
  const fetchTip = () =>
    inTurn(async () => {
      const ref = `refs/heads/${branch}`;
      try {
        await git.remote.fetch([`+${ref}:${here}`], { depth: 1, filter: 'tree:0' });
      } catch (error) {
        const found = await exists(ref).catch(() => true);
        throw found ? infraFailure(error, url) : branchMissing(branch, url);
      }
      seen = await atHere();
      return seen;
    });
  return {
    fetchTip,
    knownCommit: async () => seen ?? fetchTip(),
    fetchHistory: (depth) =>
      inTurn(async () => {
        const all = depth === null && (await git.history.shallowCommits()).length > 0;
        const how = depth === null ? (all ? { unshallow: true } : {}) : { depth };
        await fetch([`+refs/heads/${branch}:${here}`], { filter: 'tree:0', ...how });
        return { tip: await atHere(), complete: (await git.history.shallowCommits()).length === 0 };
      }),
    fetchObjects: (oids, how) =>
      inTurn(async () => {
        for (let from = 0; from < oids.length; from += idsAtOnce) {
          const some = oids.slice(from, from + idsAtOnce);
          await fetch(some, { filter: how === 'alone' ? 'tree:0' : 'blob:none' });
        }
      }),
  };
}

function branchMissing(branch: string, url: string): Error {
  return inputFailure({
    reason: 'infra-branch-missing',
    message: `The infra repo ${url} has no branch \`${branch}\`.`,
    hint: 'Correct `infra.branch` in shipyarn.yaml, or push that branch first.',
  });
}

const noAccess =
  /Authentication failed|Permission denied|could not read (Username|Password)|access denied|error: 40[13]|not found|do(es)? not have (access|permission)/i;

/** What Git says of a remote that does not answer, as one message with a way out. */
function infraFailure(error: unknown, url: string): unknown {
  if (!(error instanceof Failure) || !/^process-(failed|silent)$/.test(error.reason)) return error;
  const details = { cause: error, ...(error.output === undefined ? {} : { output: error.output }) };
  if (noAccess.test(error.output ?? '')) {
    return workFailure({
      reason: 'infra-no-access',
      message: `The infra repo ${url} does not let us in, or does not exist.`,
      hint: `Give this machine an SSH key or a Git credential helper that may read and write it, or a token in ${infraTokenVariable}.`,
      ...details,
    });
  }
  return workFailure({
    reason: 'infra-unreachable',
    message: `The infra repo ${url} cannot be reached.`,
    hint: 'Check `infra.repo` in shipyarn.yaml and the network, then run again.',
    ...details,
  });
}
