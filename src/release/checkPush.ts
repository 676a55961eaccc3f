import { Failure, workFailure } from '../errors.ts';
import type { Git } from '../ports/git.ts';

/**
 * Rejects where the remote does not let this identity push. Hooks and rules for single refs are asked only by a
 * real push, so this finds missing credentials and rights, not everything.
 * @param commit One that the remote has.
 */
export async function checkPush({ remote }: Pick<Git, 'remote'>, commit: string): Promise<void> {
  try {
    await remote.rehearsePush(commit);
  } catch (cause) {
    if (cause instanceof Failure && cause.reason === 'process-silent') throw cause;
    throw workFailure({
      reason: 'push-not-allowed',
      message: `The remote ${await remote.url()} does not let this identity push.`,
      hint: 'Give it write access, or use another key or token; nothing was built or changed.',
      ...(cause instanceof Failure && cause.output !== undefined ? { output: cause.output } : {}),
      cause,
    });
  }
}
