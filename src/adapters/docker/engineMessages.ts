import type { Readable } from 'node:stream';
import type { EngineMessage } from '../../ports/engine.ts';
import { decodeStatus } from './buildkitMessages.ts';

/** A line of the engine's answer to a build or push, as the Engine API writes it (`JSONMessage`). */
interface Line {
  id?: string;
  status?: string;
  stream?: string;
  error?: string;
  errorDetail?: { message?: string };
  aux?: string | { ID?: string; Digest?: string };
}

/**
 * How a push that went well ends. Engines with the containerd store (29's default) say it in these words alone, others
 * in `aux` as well. Source: moby `daemon/containerd/image_push.go`, `distribution/push_v2.go`.
 */
const pushedLine = /^\S+: digest: (sha256:[0-9a-f]{64}) size: \d+$/;

/** Milliseconds that an answer may stay open after it named the image. */
const graceAfterImage = 1000;

/**
 * Reads an answer line by line; a line that no one needs gives nothing but a call of `onLine`. Engine 29.8 never ends
 * the answer to a build that was cached throughout, so reading stops soon after the image's id
 * (pulumi/pulumi-docker#1789).
 */
export async function* engineMessages(
  answer: Readable,
  onLine: () => void = () => {},
): AsyncGenerator<EngineMessage> {
  let enough: NodeJS.Timeout | undefined;
  try {
    for await (const line of jsonLines(answer)) {
      onLine();
      const message = messageOf(line);
      if (message) yield message;
      if (message?.kind === 'image') enough = setTimeout(() => answer.destroy(), graceAfterImage);
    }
  } catch (error) {
    if (enough === undefined) throw error;
  } finally {
    clearTimeout(enough);
  }
}

async function* jsonLines(answer: Readable): AsyncGenerator<Line> {
  const parts: Buffer[] = [];
  for await (const chunk of answer) {
    let from = 0;
    for (let end = chunk.indexOf(10, from); end >= 0; end = chunk.indexOf(10, from)) {
      parts.push(chunk.subarray(from, end));
      const text = Buffer.concat(parts.splice(0)).toString('utf8').trim();
      if (text) yield JSON.parse(text);
      from = end + 1;
    }
    if (from < chunk.length) parts.push(chunk.subarray(from));
  }
  const rest = Buffer.concat(parts).toString('utf8').trim();
  if (rest) yield JSON.parse(rest);
}

function messageOf(line: Line): EngineMessage | null {
  const error = line.errorDetail?.message ?? line.error;
  if (error !== undefined) return { kind: 'error', message: error.trim() };
  if (typeof line.aux === 'string') return line.id === 'moby.buildkit.trace' ? decodeStatus(line.aux) : null;
  if (line.aux?.ID) return { kind: 'image', id: line.aux.ID };
  if (line.aux?.Digest) return { kind: 'pushed', digest: line.aux.Digest };
  const pushed = line.id ? undefined : pushedLine.exec(line.status ?? '')?.[1];
  if (pushed !== undefined) return { kind: 'pushed', digest: pushed };
  const text = line.stream ?? (line.status && [line.id, line.status].filter(Boolean).join(': '));
  return text?.trim() ? { kind: 'progress', text: text.trim() } : null;
}
