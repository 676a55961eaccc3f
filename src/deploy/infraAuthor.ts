import type { ConfigFile } from '../config/schema.ts';
import { inputFailure } from '../errors.ts';
import type { GitWriter, Person } from '../ports/git.ts';
import { releaseAuthor } from '../release/claim.ts';

/** Who infra commits are by: as configured, else as Git says, else shipyarn. Rejects with `config-author-invalid`. */
export async function infraAuthor(
  settings: ConfigFile['infra'],
  writer: Pick<GitWriter, 'identity'>,
): Promise<Person> {
  const author = settings?.author;
  if (author === undefined) return releaseAuthor({ writer });
  const found = /^\s*([^<>]+?)\s*<([^<>\s]+)>\s*$/.exec(author);
  if (found) return { name: found[1] as string, email: found[2] as string };
  throw inputFailure({
    reason: 'config-author-invalid',
    message: `\`infra.author\` is not of the form \`Name <email>\`: ${author}`,
    hint: 'Write `author: "Release Bot <bot@example.com>"`.',
  });
}
