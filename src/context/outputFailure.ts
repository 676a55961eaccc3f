import { inputFailure, workFailure } from '../errors.ts';

/** What the file system said to a write at `target`, for people; other errors as they are. */
export function outputFailure(error: unknown, target: string): unknown {
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (!(error instanceof Error) || code === undefined || syscall === undefined) return error;
  const message = `${target} cannot be written (${code}).`;
  const cause = { cause: error };
  return code === 'ENOSPC' || code === 'EDQUOT'
    ? workFailure({ reason: 'disk-full', message, hint: 'Make room, and run again.', ...cause })
    : inputFailure({
        reason: 'out-not-writable',
        message,
        hint:
          code === 'EBUSY'
            ? 'A file system is mounted there: name a folder in it.'
            : 'Name a place that you may write to.',
        ...cause,
      });
}
