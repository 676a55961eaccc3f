import type { Forge } from '../../ports/forge.ts';
import type { ForgeHttp } from './forgeHttp.ts';

/** @see https://docs.github.com/en/rest/pulls/pulls and https://docs.github.com/en/rest/releases/releases */
export function github(http: ForgeHttp, api: string, repository: string): Forge {
  const base = `/repos/${repository}`;
  const hasRelease = async (gitTag: string) => {
    const path = `${base}/releases/tags/${encodeURIComponent(gitTag)}`;
    return (await http.send('GET', path, { accept: [404] })).status === 200;
  };
  return {
    kind: 'github',
    hasRelease,
    async putRelease({ gitTag, name, notes, prerelease }) {
      if (await hasRelease(gitTag)) return 'present';
      const body = { tag_name: gitTag, name, body: notes, prerelease };
      const made = await http.send('POST', `${base}/releases`, { body, accept: [422] });
      if (made.status !== 422) return 'made';
      if (await hasRelease(gitTag)) return 'present';
      // It is refused for another reason, which the failure tells.
      await http.send('POST', `${base}/releases`, { body });
      return 'made';
    },
    async putPullRequest({ head, base: target, title, body, autoMerge }) {
      const owner = repository.split('/')[0] ?? '';
      const query = new URLSearchParams({ state: 'open', head: `${owner}:${head}`, base: target });
      const open = await http.send('GET', `${base}/pulls?${query}`);
      const [known] = open.body;
      const { body: pull } = known
        ? await http.send('PATCH', `${base}/pulls/${known.number}`, { body: { title, body } })
        : await http.send('POST', `${base}/pulls`, { body: { title, body, head, base: target } });
      const warning = autoMerge ? await requestMerge(http, api, base, pull) : undefined;
      return { url: pull.html_url, made: !known, ...(warning === undefined ? {} : { warning }) };
    },
  };
}

const mutation = `mutation($id: ID!, $method: PullRequestMergeMethod!) {
  enablePullRequestAutoMerge(input: {pullRequestId: $id, mergeMethod: $method}) { clientMutationId }
}`;

/**
 * Auto-merge, by the first method that the repository allows; rebase keeps our commit as it is. Gives what
 * GitHub said where it would not.
 */
async function requestMerge(
  http: ForgeHttp,
  api: string,
  base: string,
  pull: { number: number; node_id: string },
): Promise<string | undefined> {
  const graphql = api.endsWith('/api/v3') ? api.replace(/\/v3$/, '/graphql') : `${api}/graphql`;
  let said = '';
  for (const method of ['REBASE', 'SQUASH', 'MERGE']) {
    const body = { query: mutation, variables: { id: pull.node_id, method } };
    const answer = await http.send('POST', graphql, { body });
    if (!answer.body.errors?.length) return undefined;
    said = answer.body.errors[0].message;
    // Nothing to wait for: GitHub then wants the merge itself.
    if (!/clean status/i.test(said)) continue;
    const merged = await http.send('PUT', `${base}/pulls/${pull.number}/merge`, {
      body: { merge_method: method.toLowerCase() },
      accept: [405, 409, 422],
    });
    if (merged.status < 300) return undefined;
    said = merged.body?.message ?? said;
  }
  return said;
}
