import type { Forge } from '../../ports/forge.ts';
import type { ForgeHttp } from './forgeHttp.ts';

/** @see https://docs.gitlab.com/api/merge_requests/ and https://docs.gitlab.com/api/releases/ */
export function gitlab(http: ForgeHttp, repository: string): Forge {
  const base = `/projects/${encodeURIComponent(repository)}`;
  const hasRelease = async (gitTag: string) => {
    const path = `${base}/releases/${encodeURIComponent(gitTag)}`;
    // GitLab answers 403 for a release that does not exist.
    return (await http.send('GET', path, { accept: [403, 404] })).status === 200;
  };
  return {
    kind: 'gitlab',
    hasRelease,
    async putRelease({ gitTag, name, notes }) {
      if (await hasRelease(gitTag)) return 'present';
      const body = { tag_name: gitTag, name, description: notes };
      const made = await http.send('POST', `${base}/releases`, { body, accept: [409] });
      return made.status === 409 ? 'present' : 'made';
    },
    async putPullRequest({ head, base: target, title, body, autoMerge }) {
      const query = new URLSearchParams({ state: 'opened', source_branch: head, target_branch: target });
      const open = await http.send('GET', `${base}/merge_requests?${query}`);
      const [known] = open.body;
      const text = { title, description: body };
      const branches = { source_branch: head, target_branch: target, remove_source_branch: true };
      const { body: request } = known
        ? await http.send('PUT', `${base}/merge_requests/${known.iid}`, { body: text })
        : await http.send('POST', `${base}/merge_requests`, { body: { ...text, ...branches } });
      const warning = autoMerge ? await requestMerge(http, base, request.iid) : undefined;
      return { url: request.web_url, made: !known, ...(warning === undefined ? {} : { warning }) };
    },
  };
}

/** Merges once the pipeline passes; without one, at once. Gives what GitLab said where it would not. */
async function requestMerge(http: ForgeHttp, base: string, number: number): Promise<string | undefined> {
  const answer = await http.send('PUT', `${base}/merge_requests/${number}/merge`, {
    body: { auto_merge: true, merge_when_pipeline_succeeds: true, should_remove_source_branch: true },
    accept: [405, 406, 409, 422],
  });
  return answer.status < 300 ? undefined : (answer.body?.message ?? `it answered ${answer.status}`);
}
