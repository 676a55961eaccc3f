import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { endProcess, endWithUs } from '../../cleanup/endProcess.ts';
import { inputFailure, workFailure } from '../../errors.ts';
import { longestSilence, shownSilence } from '../longestSilence.ts';
import { maskCredentials } from '../maskCredentials.ts';
import { type GitSurroundings, gitArguments, gitEnvironment } from './gitProcess.ts';
import { alternatesVariable } from './objectDirectories.ts';

export interface BatchReply {
  oid: string;
  /** Null: there is no such object, or it is too large to be held. */
  content: Buffer | null;
  /** Null: there is no such object. */
  found: FoundObject | null;
}

export interface FoundObject {
  type: string;
  /** Bytes. */
  size: number;
}

/** Bytes up to which an object is held in memory; larger ones are streamed by a process of their own. */
const largestHeld = 4 * 1024 * 1024;

export interface CatFile {
  /** Asks for an object by id or revision. Questions asked at once travel together. */
  ask(object: string): Promise<BatchReply>;
  /** Sends what was asked so far, without waiting for more. */
  start(): void;
  /** Lets the process end after the questions that were asked; waits for their answers, not for its end. */
  close(): Promise<void>;
}

interface Question {
  object: string;
  resolve(reply: BatchReply): void;
  reject(error: Error): void;
}

/**
 * One `git cat-file --batch`, started at the first question. It never keeps the program from ending. In a partial
 * clone it fetches what is missing, so it is ended where it leaves a question without an answer for too long.
 */
export function openCatFile(surroundings: GitSurroundings, alternates: readonly string[]): CatFile {
  let child: ChildProcessWithoutNullStreams | null = null;
  /** The answer to the newest question; answers come in order. */
  let newest: Promise<unknown> = Promise.resolve();
  const open: Question[] = [];
  let asked = '';
  const silence = longestSilence(surroundings.env);
  let patience: NodeJS.Timeout | undefined;
  let release = () => {};

  const start = () => {
    const env = { ...gitEnvironment(surroundings.env), ...alternatesVariable(alternates) };
    const started = spawn('git', gitArguments(['cat-file', '--batch']), { cwd: surroundings.cwd, env });
    const errors: Buffer[] = [];
    const fail = (why: string) => {
      if (child !== started) return;
      clearTimeout(patience);
      release();
      child = null;
      for (const question of open.splice(0)) question.reject(batchFailure(why, errors));
    };
    started.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
    const parse = replyParser((reply) => {
      settle(reply, started);
      if (reply.content === null && reply.found !== null) replace(started);
    });
    started.stdout.on('data', (chunk: Buffer) => {
      if (child !== started) return;
      patience?.refresh();
      parse(chunk);
    });
    started.stdin.on('error', () => {});
    started.on('error', (error) => fail(error.message));
    started.on('close', (exitCode) => fail(`it exited with status ${exitCode}`));
    return started;
  };

  const giveUp = (pid: number) => {
    for (const question of open.splice(0)) question.reject(silent(silence));
    endProcess(pid);
  };

  const settle = (reply: BatchReply, running: ChildProcessWithoutNullStreams) => {
    open.shift()?.resolve(reply);
    if (open.length > 0) return;
    clearTimeout(patience);
    release();
    keepAlive(running, false);
  };

  /** Leaves a process that is about to write a large object, and asks another one what it still owes. */
  const replace = (running: ChildProcessWithoutNullStreams) => {
    child = null;
    keepAlive(running, false);
    running.kill();
    asked = open.map(({ object }) => `${object}\n`).join('');
    send();
  };

  const send = () => {
    if (asked === '') return;
    child ??= start();
    const { pid } = child;
    clearTimeout(patience);
    if (pid !== undefined) patience = setTimeout(() => giveUp(pid), silence);
    release();
    release = endWithUs(pid);
    keepAlive(child, true);
    child.stdin.write(asked);
    asked = '';
  };

  return {
    ask(object) {
      // After all promises that are ready: what they ask goes into the same write.
      if (asked === '') process.nextTick(send);
      asked += `${object}\n`;
      const answer = new Promise<BatchReply>((resolve, reject) => open.push({ object, resolve, reject }));
      newest = answer;
      return answer;
    },
    start: send,
    async close() {
      send();
      child?.stdin.end();
      // Its end would not be waited for: once nobody asks, it no longer keeps the program from ending.
      await newest.catch(() => undefined);
    },
  };
}

function silent(silence: number): Error {
  return workFailure({
    reason: 'process-silent',
    message: `Could not read Git objects: \`git cat-file\` said nothing for ${shownSilence(silence)} and was ended.`,
    hint: 'A partial clone fetches what it lacks: look at the network and run again; SHIPYARN_TIMEOUT (seconds) gives it longer.',
  });
}

/** Whether the process and its pipes hold the event loop: only while somebody waits for an answer. */
function keepAlive(child: ChildProcessWithoutNullStreams, wanted: boolean): void {
  for (const handle of [child, child.stdin, child.stdout, child.stderr] as unknown as Socket[]) {
    if (wanted) handle.ref();
    else handle.unref();
  }
}

function batchFailure(why: string, errors: readonly Buffer[]): Error {
  if (why.includes('ENOENT')) {
    return inputFailure({
      reason: 'git-not-installed',
      message: 'The command `git` was not found.',
      hint: 'Install Git and see that it is on the PATH.',
    });
  }
  return workFailure({
    reason: 'process-failed',
    message: `Could not read Git objects: \`git cat-file\` ended before it answered (${why}).`,
    output: maskCredentials(Buffer.concat(errors).toString().trim()),
  });
}

/**
 * Cuts the stream into replies: `<oid> <type> <size>\n<content>\n`, or `<object> missing\n` and the like. The first
 * object that is too large is the last reply.
 * @see https://git-scm.com/docs/git-cat-file#_batch_output
 */
function replyParser(emit: (reply: BatchReply) => void): (chunk: Buffer) => void {
  let header = none;
  let oid: string | null = null;
  let found: FoundObject | null = null;
  let parts: Buffer[] = [];
  let missing = 0;

  /** Both take what begins at a position of the chunk, and give the position behind it. */
  const takeHeader = (chunk: Buffer, from: number): number => {
    const end = chunk.indexOf(0x0a, from);
    if (end === -1) {
      header = Buffer.concat([header, chunk.subarray(from)]);
      return chunk.length;
    }
    const line = header.toString() + chunk.toString('utf8', from, end);
    header = none;
    const [, name, type = '', size] = /^([0-9a-f]{40,64}) (\w+) (\d+)$/.exec(line) ?? [];
    found = name === undefined ? null : { type, size: Number(size) };
    if (name === undefined || found === null) emit({ oid: line, content: null, found });
    else if (found.size > largestHeld) {
      emit({ oid: name, content: null, found });
      // Nothing that follows is read.
      return chunk.length;
    } else {
      oid = name;
      missing = found.size + 1;
    }
    return end + 1;
  };

  const takeContent = (chunk: Buffer, from: number): number => {
    const end = Math.min(from + missing, chunk.length);
    const part = chunk.subarray(from, end);
    missing -= part.length;
    if (missing > 0 || oid === null) {
      parts.push(part);
      return end;
    }
    const whole = parts.length === 0 ? part : Buffer.concat([...parts, part]);
    emit({ oid, content: whole.subarray(0, whole.length - 1), found });
    oid = null;
    parts = [];
    return end;
  };

  return (chunk) => {
    let at = 0;
    while (at < chunk.length) at = oid === null ? takeHeader(chunk, at) : takeContent(chunk, at);
  };
}

const none = Buffer.alloc(0);
