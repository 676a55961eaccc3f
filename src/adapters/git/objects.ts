import { buffer } from 'node:stream/consumers';
import { workFailure } from '../../errors.ts';
import type { GitObjects, LargeObject, TreeEntry } from '../../ports/git.ts';
import { type BatchReply, openCatFile } from './catFile.ts';
import type { GitSurroundings } from './gitProcess.ts';
import { parseTree } from './parseTree.ts';
import type { PartialClone } from './partialClone.ts';
import { streamObject } from './streamObject.ts';

export interface ObjectReader extends GitObjects {
  /** The id of the object that a revision names (`HEAD^{commit}`), or null where there is none. */
  find(revision: string): Promise<{ oid: string; content: Buffer } | null>;
  /** Makes the objects of another folder readable too. */
  lookAlsoIn(objectDirectory: string): void;
  close(): Promise<void>;
}

/** Objects of one repository, read through one `git cat-file --batch` that starts at the first question. */
export function openObjects(surroundings: GitSurroundings, partial: PartialClone | null): ObjectReader {
  let batch = openCatFile(surroundings, []);
  const retired: Promise<void>[] = [];
  const alternates: string[] = [];
  const trees = new Map<string, Promise<readonly TreeEntry[]>>();
  const ahead = new Map<string, BatchReply>();
  const named = new Map<string, Promise<BatchReply>>();

  const opened = ({ oid, content, found }: BatchReply): Buffer | LargeObject => {
    if (content !== null) return content;
    if (found === null) throw objectMissing(oid.replace(/ missing$/, ''));
    const { type, size } = found;
    return { size, stream: () => streamObject(surroundings, alternates, { oid, type, size }) };
  };
  const whole = (reply: BatchReply): Buffer | Promise<Buffer> => {
    const content = opened(reply);
    return Buffer.isBuffer(content) ? content : buffer(content.stream());
  };
  const ask = (oid: string): Promise<BatchReply> => {
    const read = ahead.get(oid);
    if (read !== undefined) return Promise.resolve(read);
    const coming = partial?.fetchFile(oid) ?? null;
    return coming === null ? batch.ask(oid) : coming.then(() => batch.ask(oid));
  };
  const filesIn = new Map<string, ReturnType<NonNullable<GitObjects['readIn']>>>();
  const readIn = (tree: string, name: string) => {
    const path = `${tree}:${name}`;
    const known = filesIn.get(path);
    if (known !== undefined) return known;
    const read = batch
      .ask(path)
      .then(({ oid, content, found }) =>
        content === null || found?.type !== 'blob' ? null : { oid, content },
      );
    filesIn.set(path, read);
    // What is missing now may have been fetched when it is asked for again.
    read.then(
      (file) => file === null && filesIn.delete(path),
      () => filesIn.delete(path),
    );
    return read;
  };
  const readTree = async (oid: string) => parseTree(await whole(await ask(oid)), oid.length / 2);
  return {
    read: async (oid) => whole(await ask(oid)),
    open: async (oid) => opened(await ask(oid)),
    ...(partial === null && { readIn }),
    readTree(oid) {
      const known = trees.get(oid);
      if (known) return known;
      const read = readTree(oid);
      trees.set(oid, read);
      // A tree that is missing now may have been fetched when it is asked for again.
      read.catch(() => trees.delete(oid));
      return read;
    },
    readAhead(revisions) {
      // What a partial clone lacks is fetched with all that is asked for beside it.
      if (partial !== null) return;
      for (const revision of revisions) {
        const reply = batch.ask(revision);
        named.set(revision, reply);
        reply.then(
          (found) => found.content !== null && ahead.set(found.oid, found),
          () => undefined,
        );
      }
      batch.start();
    },
    async find(revision) {
      if (/[\n\0]/.test(revision)) return null;
      const reply = await (named.get(revision) ?? batch.ask(revision));
      // What a name stands for may be another object later.
      named.delete(revision);
      return reply.found === null ? null : { oid: reply.oid, content: await whole(reply) };
    },
    lookAlsoIn(objectDirectory) {
      alternates.push(objectDirectory);
      retired.push(batch.close());
      batch = openCatFile(surroundings, alternates);
    },
    async close() {
      await Promise.all([...retired, batch.close()]);
    },
  };
}

function objectMissing(oid: string) {
  return workFailure({
    reason: 'git-object-missing',
    message: `The Git object ${oid} is not in this clone.`,
    hint: 'Fetch it: `git fetch --unshallow` in a shallow clone, `git fsck` shows a damaged one.',
  });
}
