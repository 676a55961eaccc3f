import type { TemporaryFolder } from '../../cleanup/temporaryFolder.ts';
import type { GitWriter, Person } from '../../ports/git.ts';
import type { RunGit } from './gitProcess.ts';
import type { ObjectReader } from './objects.ts';
import type { RepositoryPaths } from './repositoryPaths.ts';
import { signTag } from './signTag.ts';
import { objectStore } from './storeObject.ts';
import { writeTree } from './writeTree.ts';

/** Writes objects into a repository's store. */
export function openWriter(
  paths: RepositoryPaths,
  git: RunGit,
  objects: ObjectReader,
  temporary: TemporaryFolder,
): GitWriter {
  const store = objectStore(paths);
  let known: Promise<Person | null> | undefined;
  return {
    identity() {
      known ??= askIdentity(git);
      return known;
    },

    writeBlob: (content) => store('blob', content),

    writeTree: (baseTree, files) => writeTree(baseTree, files, { store, objects }),

    async writeCommit({ tree, parents, message, author, at, sign }) {
      const parentLines = parents.map((parent) => `parent ${parent}\n`).join('');
      const by = signature(author, at);
      const end = message.endsWith('\n') ? '' : '\n';
      if (!sign) {
        const head = `tree ${tree}\n${parentLines}author ${by}\ncommitter ${by}\n\n`;
        return store('commit', head + message + end);
      }
      const args = ['commit-tree', tree, ...parents.flatMap((parent) => ['-p', parent]), '-F', '-', '-S'];
      const { stdout } = await git(args, {
        input: message,
        what: 'write a commit',
        env: identity(author, at),
      });
      return stdout.toString().trim();
    },

    async writeTag(tag) {
      if (tag.sign) return signTag(tag, identity(tag.tagger, tag.at), { paths, git, temporary });
      const head = `object ${tag.commit}\ntype commit\ntag ${tag.name}\ntagger ${signature(tag.tagger, tag.at)}\n\n`;
      return store('tag', head + tag.message);
    },
  };
}

/** Without the setting Git would make an identity up from the machine's name. */
async function askIdentity(git: RunGit): Promise<Person | null> {
  const { exitCode, stdout } = await git(['-c', 'user.useConfigOnly=true', 'var', 'GIT_COMMITTER_IDENT'], {
    what: 'ask Git who is at work',
    accept: [0, 128],
  });
  const found = /^(.*) <(.*)> \d+ [+-]\d+$/m.exec(stdout.toString());
  return exitCode === 0 && found ? { name: found[1] as string, email: found[2] as string } : null;
}

/** As `git commit` writes it: what would break the line is left out. */
function signature({ name, email }: Person, at: number): string {
  const plain = (text: string) => text.replace(/[<>\n\0]/g, '').trim();
  return `${plain(name)} <${plain(email)}> ${at} +0000`;
}

function identity({ name, email }: Person, at: number): Record<string, string> {
  const date = `@${at} +0000`;
  return {
    GIT_AUTHOR_NAME: name,
    GIT_AUTHOR_EMAIL: email,
    GIT_AUTHOR_DATE: date,
    GIT_COMMITTER_NAME: name,
    GIT_COMMITTER_EMAIL: email,
    GIT_COMMITTER_DATE: date,
  };
}
