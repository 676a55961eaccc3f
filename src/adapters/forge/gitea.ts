import type { Forge } from '../../ports/forge.ts';
import type { ForgeHttp } from './forgeHttp.ts';

/** Gitea and Forgejo. @see https://docs.gitea.com/api/ */
export function gitea(http: ForgeHttp, repository: string): Forge {
  const base = `/repos/${repository}`;
  const hasRelease = async (gitTag: string) => {
    const path = `${base}/releases/tags/${encodeURIComponent(gitTag)}`;
    return (await http.send('GET', path, { accept: [404] })).status === 200;
  };
  return {
    kind: 'gitea',
    hasRelease,
    async putRelease({ gitTag, name, notes, prerelease }) {
      if (await hasRelease(gitTag)) return 'present';
      const body = { tag_name: gitTag, name, body: notes, prerelease };
      const made = await http.send('POST', `${base}/releases`, { body, accept: [409] });
      return made.status === 409 ? 'present' : 'made';
    },
    async putPullRequest({ head, base: target, title, body, autoMerge }) {
      const known = await findOpen(http, base, head, target);
      const { body: pull } = known
        ? await http.send('PATCH', `${base}/pulls/${known.number}`, { body: { title, body } })
        : await http.send('POST', `${base}/pulls`, { body: { title, body, head, base: target } });
      const warning = autoMerge ? await requestMerge(http, base, pull.number) : undefined;
      return { url: pull.html_url, made: known === undefined, ...(warning === undefined ? {} : { warning }) };
    },
  };
}

interface Pull {
  number: number;
  html_url: string;
  head: { ref: string };
  base: { ref: string };
}

const pageSize = 50;

/** The list cannot be filtered by branch. */
async function findOpen(
  http: ForgeHttp,
  base: string,
  head: string,
  target: string,
): Promise<Pull | undefined> {
  for (let page = 1; ; page += 1) {
    const { body } = await http.send('GET', `${base}/pulls?state=open&limit=${pageSize}&page=${page}`);
    const pulls: Pull[] = body;
    const found = pulls.find((pull) => pull.head.ref === head && pull.base.ref === target);
    if (found || pulls.length < pageSize) return found;
  }
}

/**
 * Merges once the checks pass, by the first style that the repository allows; rebase keeps our commit as it is.
 * 409: it waits already. Gives what Gitea said where it would not.
 */
async function requestMerge(http: ForgeHttp, base: string, number: number): Promise<string | undefined> {
  let said = '';
  for (const style of ['rebase', 'squash', 'merge']) {
    const { status, body } = await http.send('POST', `${base}/pulls/${number}/merge`, {
      body: { Do: style, merge_when_checks_succeed: true },
      accept: [405, 409, 422],
    });
    if (status < 300 || status === 409) return undefined;
    said = body?.message ?? `it answered ${status}`;
  }
  return said;
}
