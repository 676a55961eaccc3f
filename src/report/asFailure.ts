import { Failure, workFailure } from '../errors.ts';

/** A full disk may meet any write anywhere, and is no bug; all else is given back as it is. */
export function asFailure(error: unknown): unknown {
  if (error instanceof Failure || !(error instanceof Error)) return error;
  const { code, path } = error as NodeJS.ErrnoException;
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return error;
  return workFailure({
    reason: 'disk-full',
    message: `The disk is full${path === undefined ? '' : `, at ${path}`} (${code}).`,
    hint: "Make room where temporary files (TMPDIR) and shipyarn's cache (SHIPYARN_CACHE) lie, then run again: what was finished is kept.",
    cause: error,
  });
}
