import { Failure } from '../../errors.ts';
import type { ContextContents } from '../../workspace/contextContents.ts';
import { dockerfileLine } from '../buildkit/dockerfileStep.ts';

/** What went wrong with a base image, with the service that stands on it and the FROM that names it. */
export function baseFailure(failure: Failure, base: string, contents: ContextContents): Failure {
  const { reason, message, hint, output, exitCode, cause } = failure;
  const { origin, text } = contents.dockerfile;
  const line = dockerfileLine(text, `load metadata for ${base}`);
  const at = origin === null ? undefined : { file: origin, ...(line === null ? {} : { line }) };
  const service = contents.service.name;
  const ofRegistry = reason.startsWith('registry-');
  const told = ofRegistry
    ? `${service}: the base image \`${base}\` could not be read: ${message}`
    : `${service}: ${message}`;
  const wayOut = reason === 'registry-unreachable' || reason === 'registry-forbidden' ? readable : hint;
  return new Failure(exitCode, {
    reason,
    message: told,
    ...(wayOut === undefined ? {} : { hint: wayOut }),
    ...(at === undefined ? {} : { at }),
    ...(output === undefined ? {} : { output }),
    cause,
  });
}

const readable =
  'Check the name in `base` (or FROM), the network, and that these credentials may read it; then run again.';
