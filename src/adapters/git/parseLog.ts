import type { GitCommit } from '../../ports/git.ts';

/** Every commit starts with an empty field, which no path can be; so messages and paths may hold anything. */
export const logFormat = '%x00%H%x00%P%x00%an%x00%ae%x00%cI%x00%B';

/** Commits from `git log -z --name-only --format=<logFormat>`. */
export function parseLog(output: string): GitCommit[] {
  const fields = output.split('\0');
  const commits: GitCommit[] = [];
  for (let at = 0; at + 6 < fields.length; ) {
    const [hash = '', parents = '', authorName = '', authorEmail = '', committedAt = '', message = ''] =
      fields.slice(at + 1, at + 7);
    at += 7;
    const paths: string[] = [];
    for (; at < fields.length && fields[at] !== ''; at += 1) paths.push(fields[at] as string);
    // Git puts a line break between the message and the first path.
    if (paths[0] !== undefined) paths[0] = paths[0].slice(1);
    commits.push({
      hash,
      parents: parents === '' ? [] : parents.split(' '),
      authorName,
      authorEmail,
      committedAt,
      message: message.replace(/\n+$/, ''),
      paths,
    });
  }
  return commits;
}
